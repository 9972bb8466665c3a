//! A terminal's picture: text with ANSI colours → SVG.

/// The width of a character and the height of a line, in pixels, at 14 px.
const CHARACTER: f32 = 8.43;
const LINE: f32 = 20.0;
const MARGIN: f32 = 16.0;
const BAR: f32 = 32.0;

const BACKGROUND: &str = "#0d1117";
const FOREGROUND: &str = "#c9d1d9";

/// How a stretch of text looks.
#[derive(Clone, Copy, PartialEq)]
struct Look {
    color: &'static str,
    bold: bool,
    dim: bool,
}

const PLAIN: Look = Look { color: FOREGROUND, bold: false, dim: false };

/// Draws a command and what it printed.
pub fn draw(command: &str, printed: &str) -> String {
    let text = format!("\u{1b}[1m$ {command}\u{1b}[0m\n{}", printed.trim_end());
    let lines: Vec<_> = text.lines().map(stretches).collect();
    let columns = lines.iter().map(|l| l.iter().map(|(_, t)| t.chars().count()).sum::<usize>()).max().unwrap_or(0);
    let width = (columns as f32 * CHARACTER + 2.0 * MARGIN).ceil();
    let height = (lines.len() as f32 * LINE + 2.0 * MARGIN + BAR).ceil();
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace\" font-size=\"14\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{BACKGROUND}\"/>\n\
         <circle cx=\"20\" cy=\"18\" r=\"6\" fill=\"#ff5f56\"/><circle cx=\"40\" cy=\"18\" r=\"6\" fill=\"#ffbd2e\"/>\
         <circle cx=\"60\" cy=\"18\" r=\"6\" fill=\"#27c93f\"/>\n"
    );
    for (row, line) in lines.iter().enumerate() {
        let y = BAR + MARGIN + row as f32 * LINE + 10.0;
        out.push_str(&format!("<text y=\"{y}\" xml:space=\"preserve\">{}</text>\n", spans(line)));
    }
    out + "</svg>\n"
}

fn spans(line: &[(Look, String)]) -> String {
    let mut column = 0;
    let mut out = String::new();
    for (look, text) in line {
        let count = text.chars().count();
        let (x, length) = (MARGIN + column as f32 * CHARACTER, count as f32 * CHARACTER);
        let bold = if look.bold { " font-weight=\"bold\"" } else { "" };
        let dim = if look.dim { " opacity=\"0.6\"" } else { "" };
        out.push_str(&format!(
            "<tspan x=\"{x:.1}\" textLength=\"{length:.1}\" fill=\"{}\"{bold}{dim}>{}</tspan>",
            look.color,
            text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
        ));
        column += count;
    }
    out
}

/// A line's stretches of one look each.
fn stretches(line: &str) -> Vec<(Look, String)> {
    let mut out = Vec::new();
    let mut look = PLAIN;
    let mut parts = line.split("\u{1b}[");
    out.push((look, parts.next().unwrap_or_default().to_owned()));
    for part in parts {
        let (codes, text) = part.split_once('m').unwrap();
        codes.split(';').for_each(|code| look = change(look, code));
        out.push((look, text.to_owned()));
    }
    out.retain(|(_, text)| !text.is_empty());
    out
}

fn change(look: Look, code: &str) -> Look {
    let color = |color| Look { color, ..look };
    match code {
        "" | "0" => PLAIN,
        "1" => Look { bold: true, ..look },
        "2" => Look { dim: true, ..look },
        "22" => Look { bold: false, dim: false, ..look },
        "31" | "91" => color("#ff7b72"),
        "32" | "92" => color("#7ee787"),
        "33" | "93" => color("#e3b341"),
        "34" | "94" => color("#79c0ff"),
        "35" | "95" => color("#d2a8ff"),
        "36" | "96" => color("#56d4dd"),
        "37" | "97" => color("#f0f6fc"),
        "90" => color("#8b949e"),
        "39" => color(FOREGROUND),
        _ => panic!("unknown SGR code {code}"),
    }
}
