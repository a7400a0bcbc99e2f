//! Layout: where a long statement breaks into lines.
//!
//! The renderer writes one flat line and notes groups and break opportunities beside it. A statement that fits
//! the width is left alone, which is the usual and cheap case. Otherwise each group that does not fit breaks at
//! all its own opportunities, outer groups first, so that clauses stand on lines of their own before lists do.

/// Spaces per level of indentation.
const INDENT: usize = 2;

/// Something noted at a position of the flat text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// A group begins.
    Open,
    /// The innermost group ends.
    Close,
    /// Lines are indented by one level more.
    Indent,
    /// And by one level less.
    Dedent,
    /// A blank that may become a line end.
    Space,
    /// Nothing, that may become a line end.
    Empty,
    /// A line end in any case; the flat text has a line end here.
    Hard,
}

/// A note and its position.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    pub(crate) at: u32,
    pub(crate) kind: Kind,
}

/// Lays out `flat[start..]` by its marks, unless it fits on one line.
pub(crate) fn lay_out(flat: &mut String, start: usize, marks: &[Mark], width: usize) {
    let hard = marks.iter().any(|mark| mark.kind == Kind::Hard);
    if !hard && flat.len() - start <= width {
        return;
    }
    let ends = group_ends(marks, flat.len());
    let text = &flat[start..];
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    let mut line = 0; // where the current line begins in `out`
    let mut indent = 0usize;
    let mut broken = vec![true];
    let mut from = start;
    for (i, mark) in marks.iter().enumerate() {
        let at = mark.at as usize;
        push(&mut out, &mut line, &flat[from..at]);
        from = at;
        match mark.kind {
            Kind::Open => {
                let (end, has_hard) = ends[i];
                broken.push(has_hard || out.len() - line + (end - at) > width);
            }
            Kind::Close => {
                broken.pop();
            }
            Kind::Indent => indent += 1,
            Kind::Dedent => indent = indent.saturating_sub(1),
            Kind::Space | Kind::Empty | Kind::Hard => {
                let swallowed = usize::from(mark.kind != Kind::Empty);
                if mark.kind == Kind::Hard || broken.last().copied().unwrap_or(true) {
                    from += swallowed;
                    while out.ends_with(' ') {
                        out.pop();
                    }
                    out.push('\n');
                    line = out.len();
                    out.extend(std::iter::repeat_n(' ', indent * INDENT));
                }
            }
        }
    }
    push(&mut out, &mut line, &flat[from..]);
    flat.truncate(start);
    flat.push_str(&out);
}

fn push(out: &mut String, line: &mut usize, text: &str) {
    if let Some(end) = text.rfind('\n') {
        *line = out.len() + end + 1;
    }
    out.push_str(text);
}

/// For each `Open`: where its group ends, and whether there is a hard line end in it.
fn group_ends(marks: &[Mark], end: usize) -> Vec<(usize, bool)> {
    let mut ends = vec![(end, false); marks.len()];
    let mut open: Vec<usize> = Vec::new();
    for (i, mark) in marks.iter().enumerate() {
        match mark.kind {
            Kind::Open => open.push(i),
            Kind::Close => {
                if let Some(at) = open.pop() {
                    ends[at].0 = mark.at as usize;
                    let hard = ends[at].1;
                    if let (true, Some(&outer)) = (hard, open.last()) {
                        ends[outer].1 = true;
                    }
                }
            }
            Kind::Hard => {
                if let Some(&at) = open.last() {
                    ends[at].1 = true;
                }
            }
            _ => {}
        }
    }
    ends
}
