//! Builtins by the rows of the dialect's table: templates, operators, aggregates, windows.

use air::expr::{Frame, FrameBound, FrameExclude, FrameUnit, Modifier, OrderKey};
use air::target::{CollateForm, How, Strength};
use air::types::{Collation, Fold};
use air::{Builtin, Expr, ExprId, List, WindowId};
use airc_passes::codes;

use super::{Done, Renderer};

/// What a template may ask for.
struct Call<'a> {
    id: ExprId,
    args: &'a [ExprId],
    modifier: Modifier,
    distinct: bool,
    order: List<OrderKey>,
}

impl<'a> Renderer<'a> {
    /// A scalar or window builtin.
    pub(super) fn call(
        &mut self,
        id: ExprId,
        op: Builtin,
        modifier: Modifier,
        args: List<ExprId>,
        min: u8,
    ) -> Done {
        let air = self.air;
        let call = Call { id, args: air.list(args), modifier, distinct: false, order: List::EMPTY };
        let Some(row) = self.target.row(op) else { return Err(self.wordless(id, op)) };
        self.say(op, row.how, &call, min)
    }

    /// A table builtin.
    pub(super) fn table_function(
        &mut self,
        span: air_base::Span,
        op: Builtin,
        how: How,
        args: List<ExprId>,
    ) -> Done {
        let air = self.air;
        match (how, air.list(args)) {
            (How::Template(text), args @ [first, ..]) => {
                let call =
                    Call { id: *first, args, modifier: Modifier::None, distinct: false, order: List::EMPTY };
                self.template(text, &call, self.at(Strength::Atom))
            }
            (How::Refuse(reason), _) => {
                let message = format!("the table function `{}` has no form, because {reason},", op.name());
                Err(self.refuse(codes::BUILTIN, span, &message))
            }
            _ => Err(self.unlegal(span, "this table function")),
        }
    }

    fn wordless(&self, id: ExprId, op: Builtin) -> Box<air_base::Diagnostic> {
        let message = format!("the builtin `{}` has no form", op.name());
        self.refuse(codes::BUILTIN, self.air.span(id), &message)
    }

    fn say(&mut self, op: Builtin, how: How, call: &Call<'_>, min: u8) -> Done {
        match how {
            How::Template(text) => self.template(text, call, self.at(Strength::Atom)),
            How::Loose(strength, text) => {
                self.wrap(strength, min, |r| r.template(text, call, r.above(strength)))
            }
            How::Infix(strength, operator) => self.wrap(strength, min, |r| {
                r.open();
                for (i, &arg) in call.args.iter().enumerate() {
                    if i > 0 {
                        r.push(" ");
                        r.push(operator);
                        r.space();
                    }
                    r.expr(arg, if i == 0 { r.at(strength) } else { r.above(strength) })?;
                }
                r.close();
                Ok(())
            }),
            How::Prefix(strength, operator) => self.wrap(strength, min, |r| {
                r.push(operator);
                if operator.ends_with(|c: char| c.is_ascii_alphabetic()) {
                    r.push(" ");
                }
                match call.args {
                    // `--` would begin a comment, so a prefix operator never meets another one.
                    [operand] => {
                        let (from, marks) = (r.out.len(), r.marks.len());
                        r.expr(*operand, r.above(strength))?;
                        // Two operators without a blank between them are read as one.
                        if r.out[from..].starts_with(['-', '+', '~', '@']) {
                            r.out.insert(from, ' ');
                            r.marks[marks..].iter_mut().for_each(|mark| mark.at += 1);
                        }
                        Ok(())
                    }
                    _ => Err(r.wordless(call.id, op)),
                }
            }),
            How::Units(texts) => {
                let Modifier::Unit(unit) = call.modifier else { return Err(self.wordless(call.id, op)) };
                match texts.iter().find(|(known, _)| *known == unit) {
                    Some((_, text)) => self.template(text, call, self.at(Strength::Atom)),
                    None => {
                        let message = format!("`{}` has no form for the unit {}", op.name(), unit.word());
                        Err(self.refuse(codes::BUILTIN, self.air.span(call.id), &message))
                    }
                }
            }
            How::Rewritten => {
                let what = format!("the builtin `{}`", op.name());
                Err(self.unlegal(self.air.span(call.id), &what))
            }
            How::Refuse(reason) => {
                let message = format!("the builtin `{}` has no form, because {reason},", op.name());
                Err(self.refuse(codes::BUILTIN, self.air.span(call.id), &message))
            }
        }
    }

    /// A template; `marked` is the level that arguments marked `!` need.
    fn template(&mut self, text: &str, call: &Call<'_>, marked: u8) -> Done {
        let mut rest = text;
        self.open();
        while let Some(at) = rest.find(['{', '}']) {
            self.push(&rest[..at]);
            let brace = &rest[at..at + 1];
            rest = &rest[at + 1..];
            if rest.starts_with(brace) {
                self.push(brace);
                rest = &rest[1..];
                continue;
            }
            let Some(end) = rest.find('}') else { break };
            let marker = &rest[..end];
            rest = &rest[end + 1..];
            self.marker(marker, call, marked)?;
        }
        self.push(rest);
        self.close();
        Ok(())
    }

    fn marker(&mut self, marker: &str, call: &Call<'_>, marked: u8) -> Done {
        match marker {
            "*" => {
                for (i, &arg) in call.args.iter().enumerate() {
                    self.comma(i == 0);
                    self.value(arg)?;
                }
            }
            "u" => match call.modifier {
                Modifier::Unit(unit) => {
                    let word = unit.word();
                    self.out.extend(word.bytes().map(|byte| char::from(byte.to_ascii_uppercase())));
                }
                _ => return Err(self.unlegal(self.air.span(call.id), "a call without a unit")),
            },
            "c" => match call.modifier {
                Modifier::Collation(collation) => self.collation(call.id, collation)?,
                _ => return Err(self.unlegal(self.air.span(call.id), "a call without a collation")),
            },
            "n" => match call.modifier {
                Modifier::Digits(digits) => super::literal::push_int(self.out, i64::from(digits)),
                _ => return Err(self.unlegal(self.air.span(call.id), "a call without digits")),
            },
            "t" => self.cast_type(self.air.ty(call.id), self.air.span(call.id))?,
            "d" if call.distinct => self.push("DISTINCT "),
            "d" => {}
            "o" if !call.order.is_empty() => {
                self.push(" ORDER BY ");
                self.order_keys(call.order)?;
            }
            "o" => {}
            "w" => {
                self.push("ORDER BY ");
                self.order_keys(call.order)?;
            }
            numbered => {
                let (number, otherwise) = match numbered.split_once('|') {
                    Some((number, otherwise)) => (number, Some(otherwise)),
                    None => (numbered, None),
                };
                let (number, min) = match number.strip_suffix('!') {
                    Some(number) => (number, marked),
                    None => (number, 0),
                };
                let arg = number.parse::<usize>().ok().and_then(|i| call.args.get(i).copied());
                match (arg, otherwise) {
                    (Some(arg), _) => self.expr(arg, min)?,
                    (None, Some(otherwise)) => self.push(otherwise),
                    (None, None) => {
                        return Err(self.unlegal(self.air.span(call.id), "a call with so few arguments"));
                    }
                }
            }
        }
        Ok(())
    }

    /// The target's name of a collation.
    fn collation(&mut self, id: ExprId, collation: Collation) -> Done {
        let CollateForm::Named { binary, ascii_ci, pad, ci_ai_pad } = self.target.can.collate;
        let name = match (collation.case, collation.accent_insensitive, collation.pad) {
            (Fold::Sensitive, false, false) => Some(binary),
            (Fold::Sensitive, false, true) => pad,
            (Fold::Ascii, false, false) => ascii_ci,
            (Fold::Unicode, true, true) => ci_ai_pad,
            _ => None,
        };
        match name {
            Some(name) => {
                self.push(name);
                Ok(())
            }
            None => {
                let message = "no collation compares texts in that way";
                Err(self.refuse(codes::COLLATION, self.air.span(id), message))
            }
        }
    }

    /// An aggregate.
    pub(super) fn aggregate(
        &mut self,
        id: ExprId,
        op: Builtin,
        distinct: bool,
        args: List<ExprId>,
        order: List<OrderKey>,
        filter: Option<ExprId>,
    ) -> Done {
        let air = self.air;
        let call = Call { id, args: air.list(args), modifier: Modifier::None, distinct, order };
        let Some(row) = self.target.row(op) else { return Err(self.wordless(id, op)) };
        if distinct && op == Builtin::StringAgg && !self.target.can.distinct_texts {
            let message = "texts cannot be joined with DISTINCT";
            return Err(self.refuse(codes::BUILTIN, air.span(id), message));
        }
        match row.how {
            How::Template(text) if text.contains("{f}") => {
                let (before, after) = text.split_once("{f}").unwrap_or((text, ""));
                let atom = self.at(Strength::Atom);
                self.template(before, &call, atom)?;
                self.filter(id, filter)?;
                return self.template(after, &call, atom);
            }
            How::Template(text) | How::Loose(_, text) => {
                let places_distinct = text.contains("{d}");
                let places_order = text.contains("{o}") || text.contains("{w}");
                if !order.is_empty() && !places_order && !self.target.has(self.target.can.aggregate_order) {
                    return Err(self.unlegal(air.span(id), "an order inside of the aggregate"));
                }
                // DISTINCT stands behind the first parenthesis and ORDER BY before the last one, unless the
                // template has places for them.
                let head =
                    if distinct && !places_distinct { text.find('(').map_or(0, |at| at + 1) } else { 0 };
                let tail = if !order.is_empty() && !places_order { text.rfind(')') } else { None };
                let tail = tail.unwrap_or(text.len());
                let atom = self.at(Strength::Atom);
                self.template(&text[..head], &call, atom)?;
                if head > 0 {
                    self.push("DISTINCT ");
                }
                self.template(&text[head..tail], &call, atom)?;
                if tail < text.len() {
                    self.push(" ORDER BY ");
                    self.order_keys(order)?;
                    self.template(&text[tail..], &call, atom)?;
                }
            }
            how => self.say(op, how, &call, 0)?,
        }
        self.filter(id, filter)
    }

    /// FILTER behind an aggregate.
    fn filter(&mut self, id: ExprId, filter: Option<ExprId>) -> Done {
        if let Some(filter) = filter {
            if !self.target.has(self.target.can.aggregate_filter) {
                return Err(self.unlegal(self.air.span(id), "FILTER"));
            }
            self.push(" FILTER (WHERE ");
            self.value(filter)?;
            self.push(")");
        }
        Ok(())
    }

    /// A builtin over a window.
    pub(super) fn over(&mut self, id: ExprId, call: ExprId, window: WindowId, ignore_nulls: bool) -> Done {
        match self.air.expr(call) {
            Expr::Call { op, modifier, args } => {
                self.call(call, op, modifier, args, self.at(Strength::Atom))?
            }
            Expr::Aggregate { op, distinct, args, order, filter, .. } => {
                let inside =
                    |row: &air::target::Row| matches!(row.how, How::Template(text) if text.contains("{f}"));
                if self.target.row(op).is_some_and(inside) {
                    return Err(self.unlegal(self.air.span(id), "this aggregate over a window"));
                }
                self.aggregate(call, op, distinct, args, order, filter)?;
            }
            _ => return Err(self.unlegal(self.air.span(id), "a window over no call")),
        }
        if ignore_nulls {
            if !self.target.has(self.target.can.ignore_nulls) {
                return Err(self.unlegal(self.air.span(id), "IGNORE NULLS"));
            }
            self.push(" IGNORE NULLS");
        }
        self.push(" OVER ");
        let spec = self.air.window(window);
        match spec.name {
            Some(name) => {
                if !self.target.has(self.target.can.named_windows) {
                    return Err(self.unlegal(self.air.span(id), "a window name"));
                }
                self.name(name)
            }
            None => self.window(window),
        }
    }

    /// A window specification in parentheses.
    pub(super) fn window(&mut self, id: WindowId) -> Done {
        let spec = self.air.window(id);
        let (base, partition, order, frame) = (spec.base, spec.partition, spec.order, spec.frame);
        self.parenthesized(|r| {
            let mut any = false;
            if let Some(base) = base {
                r.name(base)?;
                any = true;
            }
            if !partition.is_empty() {
                r.separate(&mut any);
                r.push("PARTITION BY ");
                r.values(partition)?;
            }
            if !order.is_empty() {
                r.separate(&mut any);
                r.push("ORDER BY ");
                r.order_keys(order)?;
            }
            if let Some(frame) = frame {
                r.separate(&mut any);
                r.frame(&frame)?;
            }
            Ok(())
        })
    }

    fn separate(&mut self, any: &mut bool) {
        if *any {
            self.space();
        }
        *any = true;
    }

    fn frame(&mut self, frame: &Frame) -> Done {
        self.push(match frame.unit {
            FrameUnit::Rows => "ROWS",
            FrameUnit::Range => "RANGE",
            FrameUnit::Groups => "GROUPS",
        });
        let groups = frame.unit == FrameUnit::Groups || frame.exclude != FrameExclude::NoOthers;
        if groups && !self.target.has(self.target.can.frame_groups) {
            return Err(self.refuse(
                codes::WINDOW,
                air_base::Span::NONE,
                "frames have no GROUPS and no EXCLUDE",
            ));
        }
        let distance =
            |bound: FrameBound| matches!(bound, FrameBound::Preceding { .. } | FrameBound::Following { .. });
        if frame.unit == FrameUnit::Range
            && (distance(frame.start) || distance(frame.end))
            && !self.target.can.frame_distances
        {
            let message = "frames of RANGE have no distances";
            return Err(self.refuse(codes::WINDOW, air_base::Span::NONE, message));
        }
        self.push(" BETWEEN ");
        self.bound(frame.start)?;
        self.push(" AND ");
        self.bound(frame.end)?;
        self.push(match frame.exclude {
            FrameExclude::NoOthers => "",
            FrameExclude::CurrentRow => " EXCLUDE CURRENT ROW",
            FrameExclude::Group => " EXCLUDE GROUP",
            FrameExclude::Ties => " EXCLUDE TIES",
        });
        Ok(())
    }

    fn bound(&mut self, bound: FrameBound) -> Done {
        match bound {
            FrameBound::UnboundedPreceding {} => self.push("UNBOUNDED PRECEDING"),
            FrameBound::Preceding { offset } => {
                self.expr(offset, self.above(Strength::And))?;
                self.push(" PRECEDING");
            }
            FrameBound::CurrentRow {} => self.push("CURRENT ROW"),
            FrameBound::Following { offset } => {
                self.expr(offset, self.above(Strength::And))?;
                self.push(" FOLLOWING");
            }
            FrameBound::UnboundedFollowing {} => self.push("UNBOUNDED FOLLOWING"),
        }
        Ok(())
    }
}
