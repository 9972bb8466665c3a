//! Draws a source line and the place to underline: tabs become spaces, unsafe characters are written out, wide characters
//! count double, and a line that does not fit is cut around the place.

use unicode_width::UnicodeWidthChar;

use super::escape::push_visible;
use crate::finding::Excerpt;

const TAB: usize = 4;
const CUT: char = '…';

/// A source line ready to print and where its carets go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// The line.
    pub line: String,
    /// Columns before the first caret.
    pub indent: usize,
    /// How many carets; at least one.
    pub carets: usize,
}

/// One character of the excerpt as it will be printed.
struct Cell {
    text: String,
    width: usize,
}

/// Draws `excerpt` in at most `room` columns (`None`: as wide as it is).
pub fn draw(excerpt: &Excerpt, room: Option<usize>) -> Drawn {
    let cells = cells(&excerpt.text);
    let start = (excerpt.start as usize).min(cells.len());
    let end = (excerpt.end as usize).clamp(start, cells.len());
    let (from, to) = window(&cells, start, end, room);
    let mut line = String::new();
    if from > 0 {
        line.push(CUT);
    }
    let lead = usize::from(from > 0);
    cells[from..to].iter().for_each(|cell| line.push_str(&cell.text));
    let trimmed = line.trim_end().len();
    if to < cells.len() {
        line.push(CUT);
    } else if end < cells.len() {
        line.truncate(trimmed);
    }
    Drawn { line, indent: lead + width(&cells[from..start]), carets: width(&cells[start..end.min(to)]).max(1) }
}

fn cells(text: &str) -> Vec<Cell> {
    let mut column = 0;
    let mut cells = Vec::new();
    for c in text.chars() {
        let text = match c {
            '\t' => " ".repeat(TAB - column % TAB),
            c => {
                let mut text = String::new();
                push_visible(&mut text, c);
                text
            }
        };
        let width = text.chars().map(|c| c.width().unwrap_or(0)).sum();
        column += width;
        cells.push(Cell { text, width });
    }
    cells
}

fn width(cells: &[Cell]) -> usize {
    cells.iter().map(|cell| cell.width).sum()
}

/// The part of the line to show: all of it, or as much as fits around `start..end` with room for a mark at each cut.
fn window(cells: &[Cell], start: usize, end: usize, room: Option<usize>) -> (usize, usize) {
    let Some(room) = room.filter(|room| width(cells) > *room) else {
        return (0, cells.len());
    };
    let room = room.saturating_sub(2);
    let (mut from, mut to) = (start, start);
    let mut used = 0;
    // The place itself first, then a third of what is left before it, then what follows, then the rest before.
    grow_right(cells, &mut to, end, &mut used, room);
    let before = used + (room - used.min(room)) / 3;
    grow_left(cells, &mut from, &mut used, before);
    grow_right(cells, &mut to, cells.len(), &mut used, room);
    grow_left(cells, &mut from, &mut used, room);
    (from, to)
}

fn grow_right(cells: &[Cell], to: &mut usize, limit: usize, used: &mut usize, room: usize) {
    while *to < limit && *used + cells[*to].width <= room {
        *used += cells[*to].width;
        *to += 1;
    }
}

fn grow_left(cells: &[Cell], from: &mut usize, used: &mut usize, room: usize) {
    while *from > 0 && *used + cells[*from - 1].width <= room {
        *from -= 1;
        *used += cells[*from].width;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, range: (u32, u32), room: Option<usize>, expected: &str) {
        let drawn = draw(&Excerpt { text: text.into(), start: range.0, end: range.1 }, room);
        let picture = format!("{}\n{}{}", drawn.line, " ".repeat(drawn.indent), "^".repeat(drawn.carets));
        assert_eq!(picture, expected);
    }

    #[test]
    fn carets_stand_under_the_place() {
        check("a = ****", (4, 8), None, "a = ****\n    ^^^^");
        check("\tx\t= **", (5, 7), None, "    x   = **\n          ^^");
        check("漢字 = **", (5, 7), None, "漢字 = **\n       ^^");
        check("e\u{301}\u{1b}=**", (4, 6), None, "e\u{301}\\x1b=**\n      ^^");
        check("abc", (1, 1), None, "abc\n ^");
        check("abc", (7, 9), None, "abc\n   ^");
    }

    #[test]
    fn long_lines_are_cut_around_the_place() {
        let line = format!("{}******{}", "a".repeat(60), "b".repeat(60));
        check(&line, (60, 66), Some(20), "…aaaa******bbbbbbbb…\n     ^^^^^^");
        check(&line, (0, 3), Some(10), "aaaaaaaaa…\n^^^".replace("aaaaaaaaa…", "aaaaaaaa…").as_str());
        check(&line, (123, 126), Some(10), "…bbbbbbbb\n      ^^^");
        check(&line, (60, 120), Some(10), "…******bb…\n ^^^^^^^^");
    }

    proptest! {
        #[test]
        fn it_is_total_and_fits(text in "\\PC{0,40}|[\\x00-\\x7f]{0,80}", a in 0u32..90, b in 0u32..90, room in 12usize..60) {
            let drawn = draw(&Excerpt { text, start: a, end: b }, Some(room));
            let width: usize = drawn.line.chars().map(|c| c.width().unwrap_or(0)).sum();
            prop_assert!(width <= room, "{} > {}: {:?}", width, room, drawn);
            prop_assert!(!drawn.line.contains(super::super::escape::is_unsafe));
        }
    }
}
