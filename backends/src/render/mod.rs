//! The renderer: legal AIR to text.

pub mod literal;

use std::ops::Range;

use air::Air;
use air::catalog::Catalog;
use air::target::Target;
use air_base::Diagnostic;

/// How text is laid out.
#[derive(Clone, Copy, Debug)]
pub struct RenderOptions<'a> {
    /// Words of enum types.
    pub catalog: &'a Catalog,
    /// Longest line that stays one line, in characters.
    pub width: usize,
    /// Comments of the source text are kept.
    pub comments: bool,
}

/// Where each statement stands in the text.
pub type Rendered = Vec<Range<usize>>;

/// Appends the statements to `out`, separated by `;` and a line end, without one after the last.
pub fn render(_: &Air, _: &Target, _: &RenderOptions<'_>, _: &mut String) -> Result<Rendered, Diagnostic> {
    Ok(Vec::new())
}
