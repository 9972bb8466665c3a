//! A mistake for people: the source line with carets under it, what was expected, what to do.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::mistake::Mistake;
use super::sources::{SourceFile, Sources};
use super::tree::Place;

/// Lines longer than this are cut to what is around the mistake.
const LONGEST: usize = 400;

/// Draws one mistake.
pub fn render(mistake: &Mistake, sources: &Sources, color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let level = if mistake.is_error() { Level::ERROR } else { Level::WARNING };
    let id: &str = &mistake.code.id;
    let mut group = Group::with_title(level.primary_title(mistake.message.as_str()).id(id));
    let mut places = vec![(AnnotationKind::Primary, mistake.place.clone(), mistake.label.clone())];
    places.extend(mistake.also.iter().map(|(p, w)| (AnnotationKind::Context, p.clone(), w.clone())));
    let mut drawn: Vec<&SourceFile> = Vec::new();
    for (_, place, _) in &places {
        let Some(file) = sources.file_of(place).filter(|f| !drawn.iter().any(|d| d.path == f.path)) else { continue };
        drawn.push(file);
        let here = places.iter().filter(|(_, p, _)| sources.file_of(p).is_some_and(|f| f.path == file.path));
        group = group.element(snippet(file, sources, here));
    }
    let help = mistake.help.as_ref();
    if !help.is_empty() {
        group = group.element(Level::HELP.message(help));
    }
    renderer.render(&[group]).to_string()
}

fn snippet<'a>(
    file: &SourceFile,
    sources: &Sources,
    places: impl Iterator<Item = &'a (AnnotationKind, Place, String)>,
) -> Snippet<'static, annotate_snippets::Annotation<'static>> {
    let mut window: Option<Window> = None;
    let mut marks = Vec::new();
    for (kind, place, words) in places {
        let (text, local) = sources.printable(file, place);
        let one_line = local.start..end_of_line(&text, local.start).min(local.end).max(local.start);
        marks.push((*kind, one_line.clone(), words.clone()));
        let grown = Window::around(&text, &one_line);
        window = Some(match window {
            Some(old) => Window { start: old.start.min(grown.start), end: old.end.max(grown.end), text },
            None => grown,
        });
    }
    let window = window.unwrap_or_default();
    let shown = window.text.get(window.start..window.end).unwrap_or_default();
    let line = window.text[..window.start].matches('\n').count() + 1;
    let visible: String =
        shown.chars().map(|c| if c.is_control() && c != '\n' && c != '\t' { ' ' } else { c }).collect();
    let snippet = Snippet::source(visible).line_start(line).path(file.path.clone());
    marks.into_iter().fold(snippet, |snippet, (kind, range, words)| {
        let at = range.start.saturating_sub(window.start)..range.end.saturating_sub(window.start);
        let annotation = kind.span(at);
        snippet.annotation(if words.is_empty() { annotation } else { annotation.label(words) })
    })
}

/// The lines that are shown.
#[derive(Default)]
struct Window {
    start: usize,
    end: usize,
    text: String,
}

impl Window {
    fn around(text: &str, place: &Place) -> Self {
        let line = text[..place.start].rfind('\n').map_or(0, |i| i + 1);
        let start = floor(text, line.max(place.start.saturating_sub(LONGEST)));
        let end = end_of_line(text, place.start).min(floor(text, place.end + LONGEST));
        Self { start, end: end.max(place.end), text: text.to_owned() }
    }
}

fn end_of_line(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |i| at + i)
}

fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
