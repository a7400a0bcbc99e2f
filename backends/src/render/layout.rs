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

/// Buffers of layout, kept from statement to statement.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    /// For each `Open`: where its group ends, and whether there is a hard line end in it.
    ends: Vec<(u32, bool)>,
    open: Vec<u32>,
    /// Of the groups around a place: whether they break.
    broken: Vec<bool>,
    out: String,
}

/// What indentation is cut from; deeper levels are cut off at its end and stay readable by their order.
const BLANKS: &str = "                                                                                ";

impl Memory {
    /// Lays out `flat[start..]` by its marks, unless it fits on one line.
    pub(crate) fn lay_out(&mut self, flat: &mut String, start: usize, marks: &[Mark], width: usize) {
        let hard = marks.iter().any(|mark| mark.kind == Kind::Hard);
        if !hard && flat.len() - start <= width {
            return;
        }
        self.find_ends(marks, flat.len());
        let Memory { ends, broken, out, .. } = self;
        out.clear();
        broken.clear();
        broken.push(true);
        let mut line = 0; // where the current line begins in `out`
        let mut indent = 0usize;
        let mut from = start;
        // Literals and comments may bring line ends of their own; most statements have none.
        let lines = flat.as_bytes()[start..].contains(&b'\n');
        let push = |out: &mut String, line: &mut usize, text: &str| {
            if lines && let Some(end) = text.rfind('\n') {
                *line = out.len() + end + 1;
            }
            out.push_str(text);
        };
        for (mark, &(end, has_hard)) in marks.iter().zip(ends.iter()) {
            let at = mark.at as usize;
            push(out, &mut line, &flat[from..at]);
            from = at;
            match mark.kind {
                Kind::Open => {
                    broken.push(has_hard || out.len() - line + (end as usize - at) > width);
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
                        out.truncate(out.trim_end_matches(' ').len());
                        out.push('\n');
                        line = out.len();
                        out.push_str(&BLANKS[..(indent * INDENT).min(BLANKS.len())]);
                    }
                }
            }
        }
        push(out, &mut line, &flat[from..]);
        flat.truncate(start);
        flat.push_str(out);
    }

    fn find_ends(&mut self, marks: &[Mark], end: usize) {
        let Memory { ends, open, .. } = self;
        ends.clear();
        ends.resize(marks.len(), (end as u32, false));
        open.clear();
        for (i, mark) in marks.iter().enumerate() {
            match mark.kind {
                Kind::Open => open.push(i as u32),
                Kind::Close => {
                    if let Some(at) = open.pop() {
                        let group = &mut ends[at as usize];
                        group.0 = mark.at;
                        if let (true, Some(&outer)) = (group.1, open.last()) {
                            ends[outer as usize].1 = true;
                        }
                    }
                }
                Kind::Hard => {
                    if let Some(&at) = open.last() {
                        ends[at as usize].1 = true;
                    }
                }
                _ => {}
            }
        }
    }
}
