//! Expressions, calls, windows and types.

use super::super::*;
use super::Dump;

/// How an operator is written where it is written with signs; else its name.
pub(super) fn symbol(op: BinaryOp) -> &'static str {
    use BinaryOp::*;
    match op {
        Add => "+",
        Sub => "-",
        Mul => "*",
        Div => "/",
        Mod => "%",
        IntDiv => "div",
        Caret => "^",
        Power => "**",
        Pipes => "||",
        Ampersands => "&&",
        Xor => "xor",
        BitAnd => "&",
        BitOr => "|",
        Hash => "#",
        ShiftLeft => "<<",
        ShiftRight => ">>",
        Eq => "=",
        Ne => "<>",
        Lt => "<",
        Le => "<=",
        Gt => ">",
        Ge => ">=",
        NullSafeEq => "<=>",
        IsDistinctFrom => "is-distinct",
        IsNotDistinctFrom => "is-not-distinct",
        Is => "is",
        IsNot => "is-not",
        Assign => ":=",
        Arrow => "->",
        LongArrow => "->>",
        HashArrow => "#>",
        HashLongArrow => "#>>",
        HashMinus => "#-",
        Contains => "@>",
        ContainedBy => "<@",
        Question => "?",
        QuestionPipe => "?|",
        QuestionAnd => "?&",
        AtQuestion => "@?",
        AtAt => "@@",
        Match => "~",
        MatchNoCase => "~*",
        NotMatch => "!~",
        NotMatchNoCase => "!~*",
        StartsWith => "^@",
        Distance => "<->",
        Adjacent => "-|-",
        Overlaps => "overlaps",
        MemberOf => "member-of",
        SoundsLike => "sounds-like",
        Custom => "custom",
    }
}

impl Dump<'_> {
    pub(super) fn expr(&mut self, id: ExprId) {
        let tree = self.tree;
        let not = |negated: bool| if negated { "not-" } else { "" };
        match tree.expr(id) {
            Expr::Literal(literal) => {
                let raw = tree.expr_span(id).text(self.source);
                if literal.kind.is_text() {
                    let value = literal.value(raw).into_owned();
                    self.debug(&value);
                } else {
                    self.word(raw);
                }
            }
            Expr::Name(name) => self.name(name),
            Expr::Star(name) => {
                self.name(name);
                self.word(if name.is_empty() { "*" } else { ".*" });
            }
            Expr::Param(_) | Expr::Variable(_) => self.word(tree.expr_span(id).text(self.source)),
            Expr::Default => self.word("default"),
            Expr::Unary { op, arg } => {
                let head = format!("{op:?}").to_lowercase();
                self.node(&head, |d| d.sub(arg));
            }
            Expr::Binary { op, left, right, at } => {
                let head = if op == BinaryOp::Custom {
                    let rest = self.source.get(at as usize..).unwrap_or("");
                    rest.split([' ', '\'', '(']).next().unwrap_or("?").to_owned()
                } else {
                    symbol(op).to_owned()
                };
                self.node(&head, |d| {
                    d.sub(left);
                    d.sub(right);
                });
            }
            Expr::And(list) => self.node("and", |d| d.subs(list)),
            Expr::Or(list) => self.node("or", |d| d.subs(list)),
            Expr::Like { op, negated, expr, pattern, escape } => {
                let head = format!("{}{op:?}", not(negated)).to_lowercase();
                self.node(&head, |d| {
                    d.sub(expr);
                    d.sub(pattern);
                    if let Some(escape) = escape {
                        d.word(" escape");
                        d.sub(escape);
                    }
                });
            }
            Expr::Between { negated, symmetric, expr, low, high } => {
                let head = format!("{}between{}", not(negated), if symmetric { "-symmetric" } else { "" });
                self.node(&head, |d| {
                    d.sub(expr);
                    d.sub(low);
                    d.sub(high);
                });
            }
            Expr::InList { negated, expr, list } => self.node(&format!("{}in", not(negated)), |d| {
                d.sub(expr);
                d.word(" [");
                d.subs(list);
                d.word(" ]");
            }),
            Expr::InQuery { negated, expr, query } => self.node(&format!("{}in", not(negated)), |d| {
                d.sub(expr);
                d.word(" ");
                d.query(query);
            }),
            Expr::InTable { negated, expr, table } => self.node(&format!("{}in", not(negated)), |d| {
                d.sub(expr);
                d.word(" table ");
                d.name(table);
            }),
            Expr::Is { negated, test, expr } => {
                let head = format!("is-{}{test:?}", not(negated)).to_lowercase();
                self.node(&head, |d| d.sub(expr));
            }
            Expr::Quantifier { all, operand } => {
                self.node(if all { "all" } else { "any" }, |d| d.sub(operand))
            }
            Expr::Exists(query) => self.node("exists ", |d| d.query(query)),
            Expr::Subquery(query) => self.query(query),
            Expr::Case(case) => {
                let case = tree[case];
                self.node("case", |d| {
                    if let Some(operand) = case.operand {
                        d.sub(operand);
                    }
                    for when in tree.list(case.whens) {
                        d.word(" when");
                        d.sub(when.condition);
                        d.sub(when.result);
                    }
                    if let Some(otherwise) = case.otherwise {
                        d.word(" else");
                        d.sub(otherwise);
                    }
                });
            }
            Expr::Cast { form, expr, ty, style } => {
                let head = format!("{form:?}").to_lowercase();
                self.node(&head, |d| {
                    d.sub(expr);
                    d.word(" ");
                    d.ty(ty);
                    if let Some(style) = style {
                        d.sub(style);
                    }
                });
            }
            Expr::ConvertUsing { expr, charset } => self.node("convert-using", |d| {
                d.sub(expr);
                d.word(" ");
                d.name(charset);
            }),
            Expr::TypedLiteral { ty, literal } => self.node("typed ", |d| {
                d.ty(ty);
                d.sub(literal);
            }),
            Expr::Introducer { charset, literal } => self.node("introducer ", |d| {
                d.name(charset);
                d.sub(literal);
            }),
            Expr::Interval { value, unit, to, precision, fraction } => self.node("interval", |d| {
                d.sub(value);
                for unit in [unit, to].into_iter().flatten() {
                    let text = format!(" {unit:?}").to_lowercase();
                    d.word(&text);
                }
                for digits in [precision, fraction].into_iter().flatten() {
                    let text = format!(" {digits}");
                    d.word(&text);
                }
            }),
            Expr::Collate { expr, collation } => self.node("collate", |d| {
                d.sub(expr);
                d.word(" ");
                d.name(collation);
            }),
            Expr::AtTimeZone { expr, zone } => self.node("at-time-zone", |d| {
                d.sub(expr);
                if let Some(zone) = zone {
                    d.sub(zone);
                }
            }),
            Expr::Call(call) => self.call(call),
            Expr::Extract { field, expr } => self.node("extract ", |d| {
                d.name(field);
                d.sub(expr);
            }),
            Expr::Special { form, args } => {
                let head = format!("{form:?}").to_lowercase();
                self.node(&head, |d| d.subs(args));
            }
            Expr::NamedArg { name, value } => self.node("=> ", |d| {
                d.name(name);
                d.sub(value);
            }),
            Expr::KeyValue { key, value } => self.node("key-value", |d| {
                d.sub(key);
                d.sub(value);
            }),
            Expr::MatchAgainst { mode, columns, against } => {
                let head = format!("match-{mode:?}").to_lowercase();
                self.node(&head, |d| {
                    d.subs(columns);
                    d.word(" against");
                    d.sub(against);
                });
            }
            Expr::NextValue(name) => self.node("next-value ", |d| d.name(name)),
            Expr::CurrentOf(name) => self.node("current-of ", |d| d.name(name)),
            Expr::Row { explicit, items } => {
                self.node(if explicit { "ROW" } else { "row" }, |d| d.subs(items))
            }
            Expr::Array(items) => self.node("array", |d| d.subs(items)),
            Expr::ArrayQuery(query) => self.node("array ", |d| d.query(query)),
            Expr::Subscript { base, index } => self.node("[]", |d| {
                d.sub(base);
                d.sub(index);
            }),
            Expr::Slice { base, low, high } => self.node("[:]", |d| {
                d.sub(base);
                for bound in [low, high] {
                    match bound {
                        Some(bound) => d.sub(bound),
                        None => d.word(" _"),
                    }
                }
            }),
            Expr::Field { base, field } => self.node(".", |d| {
                d.sub(base);
                d.word(" ");
                d.name(field);
            }),
            Expr::FieldStar(base) => self.node(".*", |d| d.sub(base)),
            Expr::Opaque(kind) => {
                let head = format!("opaque-{kind:?}").to_lowercase();
                self.word(&head);
            }
        }
    }

    pub(super) fn call(&mut self, call: CallId) {
        let tree = self.tree;
        let call = tree[call];
        self.node("call ", |d| {
            d.name(call.name);
            if call.form == CallForm::Bare {
                d.word(" bare");
            }
            if call.quantifier != Quantifier::None {
                d.word(if call.quantifier == Quantifier::All { " all" } else { " distinct" });
            }
            d.subs(call.args);
            let Some(extra) = call.extra.map(|id| tree[id]) else { return };
            if !extra.order_by.is_empty() {
                d.order(" order", extra.order_by);
            }
            if let Some(separator) = extra.separator {
                d.word(" separator");
                d.sub(separator);
            }
            if let Some(limit) = extra.limit {
                d.word(" limit");
                d.sub(limit);
            }
            if !extra.within_group.is_empty() {
                d.order(" within", extra.within_group);
            }
            if let Some(nulls) = extra.nulls {
                d.word(if nulls == NullTreatment::Ignore { " ignore-nulls" } else { " respect-nulls" });
            }
            if let Some(keep) = extra.keep {
                d.order(if keep.last { " keep-last" } else { " keep-first" }, keep.order_by);
            }
            if let Some(filter) = extra.filter {
                d.word(" filter");
                d.sub(filter);
            }
            if let Some(over) = extra.over {
                match tree[over] {
                    Over::Named(name) => {
                        d.word(" over ");
                        d.ident(name);
                    }
                    Over::Spec(spec) => {
                        d.word(" ");
                        d.window(spec);
                    }
                }
            }
        });
    }

    pub(super) fn window(&mut self, id: WindowSpecId) {
        let tree = self.tree;
        let spec = tree[id];
        self.node("over", |d| {
            if let Some(base) = spec.base {
                d.word(" ");
                d.ident(base);
            }
            if !spec.partition_by.is_empty() {
                d.word(" partition");
                d.subs(spec.partition_by);
            }
            if !spec.order_by.is_empty() {
                d.order(" order", spec.order_by);
            }
            if let Some(frame) = spec.frame.map(|id| tree[id]) {
                let head = format!(" {:?}", frame.units).to_lowercase();
                d.word(&head);
                d.bound(frame.start);
                if let Some(end) = frame.end {
                    d.bound(end);
                }
                if let Some(exclude) = frame.exclude {
                    let text = format!(" exclude-{exclude:?}").to_lowercase();
                    d.word(&text);
                }
            }
        });
    }

    pub(super) fn bound(&mut self, bound: Bound) {
        match bound {
            Bound::UnboundedPreceding => self.word(" -inf"),
            Bound::UnboundedFollowing => self.word(" +inf"),
            Bound::CurrentRow => self.word(" current"),
            Bound::Preceding(value) => {
                self.sub(value);
                self.word("-preceding");
            }
            Bound::Following(value) => {
                self.sub(value);
                self.word("-following");
            }
        }
    }

    pub(super) fn order(&mut self, head: &str, items: List<OrderItem>) {
        self.word(head);
        for item in self.tree.list(items) {
            self.sub(item.expr);
            if let Some(direction) = item.direction {
                let text = format!(":{direction:?}").to_lowercase();
                self.word(&text);
            }
            if let Some(nulls) = item.nulls {
                let text = format!(":nulls-{nulls:?}").to_lowercase();
                self.word(&text);
            }
        }
    }

    pub(super) fn ty(&mut self, id: TypeId) {
        let tree = self.tree;
        let ty = tree[id];
        if !ty.qualifier.is_empty() {
            self.name(ty.qualifier);
            self.word(".");
        }
        let words = tree.type_words(id, self.source).replace(' ', "-");
        self.word(&words);
        if !ty.args.is_empty() {
            self.word("(");
            for (i, arg) in tree.list(ty.args).iter().enumerate() {
                if i > 0 {
                    self.word(",");
                }
                self.expr(*arg);
            }
            self.word(")");
        }
        for _ in 0..ty.dimensions {
            self.word("[]");
        }
        for (set, text) in [
            (ty.unsigned, "-unsigned"),
            (ty.setof, "-setof"),
            (ty.zone == Some(ZoneClause::With), "-tz"),
            (ty.zone == Some(ZoneClause::WithLocal), "-ltz"),
        ] {
            if set {
                self.word(text);
            }
        }
        if let Some((from, to)) = ty.interval {
            let text = format!("-{from:?}-to-{to:?}").to_lowercase();
            self.word(&text);
        }
    }
}
