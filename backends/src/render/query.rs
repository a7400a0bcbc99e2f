//! Queries: WITH, blocks, set operations, FROM.

use air::query::{
    Body, CteBody, Distinct, GroupElement, Item, JoinKind, Limit, LockStrength, LockWait, Locking,
    Materialized, Query, Rel, Select, SetOp, Source, SourceKind, ValuesRow,
};
use air::target::{GroupingSets, Lateral, Paging, ValuesForm};
use air::{CteId, Expr, ExprId, List, Literal, QueryId, RelId, SelectId, SourceId};
use air_base::Span;
use airc_passes::codes;

use super::{Done, Renderer, deeper};

/// What [`Expr::Output`] stands for at a place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum OutputNames {
    /// Items of no block: only positions can be written.
    Order,
    /// Items of this block.
    Of(SelectId),
}

impl Renderer<'_> {
    /// A whole query, without parentheses.
    pub(super) fn query(&mut self, id: QueryId) -> Done {
        let query = *self.air.query(id);
        let span = self.air.query_span(id);
        self.open();
        self.with(query.ctes, query.recursive)?;
        // TOP belongs to a block; OFFSET and limits of set operations follow ORDER BY.
        let top = query.limit.filter(|limit| {
            let plain = limit.offset.is_none() && matches!(query.body, Body::Select { .. });
            self.target.can.paging == Paging::Top && plain
        });
        let saved = (self.top, self.output);
        self.top = top;
        self.output = OutputNames::Order;
        match query.body {
            Body::Select { select } => {
                self.select(select)?;
                self.output = OutputNames::Of(select);
            }
            Body::SetOp { op, all, left, right, .. } => {
                self.set_op(span, op, all, left, right)?;
                self.output = OutputNames::Order;
            }
            Body::Values { rows } => {
                if self.target.can.values == ValuesForm::No || self.target.can.values == ValuesForm::FromOnly
                {
                    return Err(self.unlegal(span, "VALUES as a query"));
                }
                self.push("VALUES ");
                self.rows(rows)?;
            }
        }
        if !query.order.is_empty() {
            self.space();
            self.clause("ORDER BY", |r| r.order_keys(query.order))?;
        }
        if let (Some(limit), None) = (query.limit, top) {
            self.limit(&query, &limit, span)?;
        }
        if let Some(locking) = query.locking {
            self.locking(&locking, span)?;
        }
        (self.top, self.output) = saved;
        self.close();
        Ok(())
    }

    /// WITH and a blank, if there are common table expressions.
    pub(super) fn with(&mut self, ctes: List<CteId>, recursive: bool) -> Done {
        if ctes.is_empty() {
            return Ok(());
        }
        let word = recursive && self.target.can.recursive_word;
        self.push(if word { "WITH RECURSIVE " } else { "WITH " });
        for i in 0..ctes.len() {
            self.comma(i == 0);
            self.cte(self.air.at(ctes, i))?;
        }
        self.space();
        Ok(())
    }

    fn cte(&mut self, id: CteId) -> Done {
        let cte = self.air.cte(id);
        let (name, columns, renamed, body) = (cte.name, cte.columns, cte.renamed, cte.body);
        let materialized = cte.materialized;
        self.name(name)?;
        if renamed {
            self.push(" (");
            for i in 0..columns.len() {
                if i > 0 {
                    self.push(", ");
                }
                self.name(self.air.at(columns, i).name)?;
            }
            self.push(")");
        }
        self.push(" AS ");
        if self.target.has(self.target.can.materialized) {
            self.push(match materialized {
                Materialized::Free => "",
                Materialized::Yes => "MATERIALIZED ",
                Materialized::No => "NOT MATERIALIZED ",
            });
        }
        match body {
            CteBody::Query { query } => self.subquery(query),
            CteBody::Change { statement } => {
                if !self.target.can.changing_ctes {
                    return Err(self.refuse(codes::CHANGE, Span::NONE, "WITH cannot contain a change"));
                }
                let air = self.air;
                let statement = &air.nested[statement as usize];
                self.parenthesized(|r| r.statement(statement, Span::NONE))
            }
        }
    }

    // Set operations.

    fn set_op(&mut self, span: Span, op: SetOp, all: bool, left: QueryId, right: QueryId) -> Done {
        let can = self.target.can;
        if op != SetOp::Union {
            let able = if all { can.intersect_except_all } else { can.intersect_except };
            if !self.target.has(able) {
                return Err(self.unlegal(span, "this set operation"));
            }
        }
        let strength = self.set_strength(op);
        // A chain of equal operations leans left and is as deep as it is long.
        deeper(|| self.operand(left, strength))?;
        self.space();
        self.push(match op {
            SetOp::Union => "UNION",
            SetOp::Intersect => "INTERSECT",
            SetOp::Except => can.except,
        });
        if all {
            self.push(" ALL");
        }
        self.space();
        self.operand(right, strength + 1)
    }

    fn set_strength(&self, op: SetOp) -> u8 {
        if op == SetOp::Intersect && self.target.can.intersect_first { 3 } else { 1 }
    }

    /// A side of a set operation: bare if its own operation binds as strongly as `min`.
    fn operand(&mut self, id: QueryId, min: u8) -> Done {
        let query = *self.air.query(id);
        let plain = query.ctes.is_empty() && query.order.is_empty();
        let plain = plain && query.limit.is_none() && query.locking.is_none();
        let strength = match query.body {
            Body::SetOp { op, .. } => self.set_strength(op),
            Body::Select { .. } | Body::Values { .. } => u8::MAX,
        };
        if !plain || strength < min {
            if !self.target.can.set_operand_parentheses {
                return Err(self.unlegal(self.air.query_span(id), "a nested operand of a set operation"));
            }
            return self.subquery(id);
        }
        match query.body {
            Body::Select { select } => {
                let top = self.top.take();
                self.select(select)?;
                self.top = top;
                Ok(())
            }
            Body::SetOp { op, all, left, right, .. } => {
                self.set_op(self.air.query_span(id), op, all, left, right)
            }
            Body::Values { .. } => self.query(id),
        }
    }

    /// Rows of VALUES.
    pub(super) fn rows(&mut self, rows: List<ValuesRow>) -> Done {
        let word = if self.target.can.values == ValuesForm::Row { "ROW" } else { "" };
        self.open();
        self.indent();
        for i in 0..rows.len() {
            self.comma(i == 0);
            self.push(word);
            self.push("(");
            let items = self.air.at(rows, i).items;
            for j in 0..items.len() {
                if j > 0 {
                    self.push(", ");
                }
                self.value(self.air.at(items, j))?;
            }
            self.push(")");
        }
        self.dedent();
        self.close();
        Ok(())
    }

    // Blocks.

    /// A block.
    pub(super) fn select(&mut self, id: SelectId) -> Done {
        let select = *self.air.select(id);
        let top = self.top.take();
        let saved = std::mem::replace(&mut self.output, OutputNames::Of(id));
        self.open();
        self.push("SELECT");
        match select.distinct {
            Distinct::All {} => {}
            Distinct::Distinct {} => self.push(" DISTINCT"),
            Distinct::On { keys } => {
                if !self.target.has(self.target.can.distinct_on) {
                    return Err(self.unlegal(Span::NONE, "DISTINCT ON"));
                }
                self.push(" DISTINCT ON (");
                self.values(keys)?;
                self.push(")");
            }
        }
        if let Some(top) = top {
            self.push(" TOP (");
            if let Some(count) = top.count {
                self.value(count)?;
            }
            self.push(")");
            self.push(if top.percent { " PERCENT" } else { "" });
            self.push(if top.with_ties { " WITH TIES" } else { "" });
        }
        self.clause("", |r| r.items(select.items))?;
        match (select.from, self.target.can.dual) {
            (Some(from), _) => {
                self.space();
                self.clause("FROM", |r| r.from(from))?;
            }
            (None, Some(dual)) => {
                self.space();
                self.push("FROM ");
                self.push(dual);
            }
            (None, None) => {
                // Some dialects take WHERE after FROM only.
                if let (Some(table), true) = (self.target.can.filter_table, Renderer::filters(&select)) {
                    self.space();
                    self.push("FROM ");
                    self.push(table);
                }
            }
        }
        self.condition("WHERE", select.filter)?;
        // Without elements there is one group, which aggregates alone say as well.
        if let Some(group) = select.group.filter(|group| !group.elements.is_empty()) {
            self.group(group.elements)?;
        }
        self.condition("HAVING", select.having)?;
        if !select.windows.is_empty() {
            self.space();
            self.clause("WINDOW", |r| {
                for i in 0..select.windows.len() {
                    r.comma(i == 0);
                    let window = r.air.at(select.windows, i);
                    if let Some(name) = r.air.window(window).name {
                        r.name(name)?;
                    }
                    r.push(" AS ");
                    r.window(window)?;
                }
                Ok(())
            })?;
        }
        if select.qualify.is_some() && !self.target.has(self.target.can.qualify) {
            return Err(self.unlegal(Span::NONE, "QUALIFY"));
        }
        self.condition("QUALIFY", select.qualify)?;
        self.close();
        self.output = saved;
        Ok(())
    }

    fn filters(select: &Select) -> bool {
        select.filter.is_some() || select.group.is_some() || select.having.is_some()
    }

    /// A blank, the keyword and the condition, if there is one.
    pub(super) fn condition(&mut self, keyword: &str, condition: Option<ExprId>) -> Done {
        let Some(condition) = condition else { return Ok(()) };
        self.space();
        self.push(keyword);
        self.push(" ");
        self.indent();
        self.comments_before(self.air.span(condition));
        self.value(condition)?;
        self.dedent();
        Ok(())
    }

    /// A select list, or the list of RETURNING.
    pub(super) fn items(&mut self, items: List<Item>) -> Done {
        for i in 0..items.len() {
            self.comma(i == 0);
            match self.air.at(items, i) {
                Item::Expr { expr, alias } => {
                    self.comments_before(self.air.span(expr));
                    self.value(expr)?;
                    if let Some(alias) = alias {
                        self.push(" AS ");
                        self.name(alias)?;
                    }
                }
                Item::Star { source: None } => self.push("*"),
                Item::Star { source: Some(source) } => {
                    self.name(self.air.source(source).alias)?;
                    self.push(".*");
                }
            }
        }
        Ok(())
    }

    fn group(&mut self, elements: List<GroupElement>) -> Done {
        let sets = |element: &GroupElement| !matches!(element, GroupElement::Key { .. });
        let any_sets = self.air.list(elements).iter().any(sets);
        let with_rollup = self.target.can.grouping_sets == GroupingSets::WithRollup;
        if any_sets && self.target.can.grouping_sets == GroupingSets::No {
            return Err(self.unlegal(Span::NONE, "a grouping set"));
        }
        self.space();
        self.clause("GROUP BY", |r| {
            for i in 0..elements.len() {
                r.comma(i == 0);
                match r.air.at(elements, i) {
                    GroupElement::Key { expr } => r.key(expr)?,
                    GroupElement::Rollup { sets } if with_rollup && elements.len() == 1 => {
                        for j in 0..sets.len() {
                            r.comma(j == 0);
                            let items = r.air.at(sets, j).items;
                            if items.len() != 1 {
                                return Err(r.unlegal(Span::NONE, "this rollup"));
                            }
                            r.values(items)?;
                        }
                        r.push(" WITH ROLLUP");
                    }
                    _ if with_rollup => return Err(r.unlegal(Span::NONE, "a grouping set")),
                    GroupElement::Rollup { sets } => r.grouping("ROLLUP", sets, false)?,
                    GroupElement::Cube { sets } => r.grouping("CUBE", sets, false)?,
                    GroupElement::Sets { sets } => r.grouping("GROUPING SETS", sets, true)?,
                }
            }
            Ok(())
        })
    }

    fn grouping(&mut self, word: &str, sets: List<ValuesRow>, always: bool) -> Done {
        self.push(word);
        self.push(" (");
        for i in 0..sets.len() {
            self.comma(i == 0);
            let items = self.air.at(sets, i).items;
            let parentheses = always || items.len() != 1;
            if parentheses {
                self.push("(");
            }
            self.values(items)?;
            if parentheses {
                self.push(")");
            }
        }
        self.push(")");
        Ok(())
    }

    /// An item of the select list, by its alias where that is clear, else by its column or position.
    pub(super) fn output(&mut self, _id: ExprId, index: u32) -> Done {
        if let OutputNames::Of(select) = self.output {
            let items = self.air.list(self.air.select(select).items);
            let stars = items.iter().take(index as usize).any(|item| matches!(item, Item::Star { .. }));
            if let (Some(&Item::Expr { expr, alias }), false) = (items.get(index as usize), stars) {
                let aliased = |name: &str| {
                    let same = |item: &&Item| match item {
                        Item::Expr { alias: Some(other), .. } => {
                            self.air.name(*other).eq_ignore_ascii_case(name)
                        }
                        Item::Expr { expr, alias: None } => match self.air.expr(*expr) {
                            Expr::Column { source, index, .. } => {
                                let column = self.air.column(source, index);
                                self.air.name(column.name).eq_ignore_ascii_case(name)
                            }
                            _ => false,
                        },
                        Item::Star { .. } => false,
                    };
                    items.iter().filter(same).count()
                };
                if let Some(alias) = alias
                    && aliased(self.air.name(alias)) == 1
                {
                    return self.name(alias);
                }
                if let (None, Expr::Column { source, index, qualified }) = (alias, self.air.expr(expr)) {
                    return self.column(source, index, qualified);
                }
            }
        }
        super::literal::push_int(self.out, i64::from(index) + 1);
        Ok(())
    }

    // Limits and locks.

    fn limit(&mut self, query: &Query, limit: &Limit, span: Span) -> Done {
        if limit.with_ties && !self.target.has(self.target.can.with_ties) {
            return Err(self.unlegal(span, "WITH TIES"));
        }
        match self.target.can.paging {
            Paging::LimitOffset { all_rows } => {
                if limit.percent {
                    return Err(self.unlegal(span, "a limit in percent"));
                }
                if limit.with_ties {
                    return self.fetch(limit);
                }
                match (limit.count, all_rows) {
                    (Some(count), _) => {
                        self.space();
                        self.push("LIMIT ");
                        self.value(count)?;
                    }
                    (None, Some(all)) if limit.offset.is_some() => {
                        self.space();
                        self.push("LIMIT ");
                        self.push(all);
                    }
                    (None, _) => {}
                }
                if let Some(offset) = limit.offset {
                    if limit.count.is_some() || all_rows.is_some() {
                        self.push(" ");
                    } else {
                        self.space();
                    }
                    self.push("OFFSET ");
                    self.value(offset)?;
                }
                Ok(())
            }
            Paging::FetchFirst => self.fetch(limit),
            Paging::Top => {
                if limit.percent || limit.with_ties {
                    return Err(self.unlegal(span, "this row limit"));
                }
                if query.order.is_empty() {
                    // OFFSET is a part of ORDER BY; this orders nothing.
                    self.space();
                    self.push("ORDER BY (SELECT NULL)");
                }
                self.space();
                self.push("OFFSET ");
                match limit.offset {
                    Some(offset) => self.value(offset)?,
                    None => self.push("0"),
                }
                self.push(" ROWS");
                if let Some(count) = limit.count {
                    self.push(" FETCH NEXT ");
                    self.value(count)?;
                    self.push(" ROWS ONLY");
                }
                Ok(())
            }
        }
    }

    fn fetch(&mut self, limit: &Limit) -> Done {
        if let Some(offset) = limit.offset {
            self.space();
            self.push("OFFSET ");
            self.fetch_number(offset)?;
            self.push(" ROWS");
        }
        if let Some(count) = limit.count {
            self.space();
            self.push(if limit.offset.is_some() { "FETCH NEXT " } else { "FETCH FIRST " });
            self.fetch_number(count)?;
            self.push(if limit.percent { " PERCENT" } else { "" });
            self.push(if limit.with_ties { " ROWS WITH TIES" } else { " ROWS ONLY" });
        }
        Ok(())
    }

    /// A number of rows: anything but a literal stands in parentheses.
    fn fetch_number(&mut self, id: ExprId) -> Done {
        let min = match self.air.literal(id) {
            Some(Literal::Int { .. }) => 0,
            _ => u8::MAX,
        };
        if min == 0 {
            return self.value(id);
        }
        self.push("(");
        self.value(id)?;
        self.push(")");
        Ok(())
    }

    fn locking(&mut self, locking: &Locking, span: Span) -> Done {
        if !self.target.has(self.target.can.locking) {
            return Err(self.unlegal(span, "a row lock"));
        }
        self.space();
        self.push(match locking.strength {
            LockStrength::Update => "FOR UPDATE",
            LockStrength::NoKeyUpdate => "FOR NO KEY UPDATE",
            LockStrength::Share => self.target.can.lock_share,
            LockStrength::KeyShare => "FOR KEY SHARE",
        });
        if !locking.of.is_empty() {
            self.push(" OF ");
            for i in 0..locking.of.len() {
                self.comma(i == 0);
                let source = self.air.at(locking.of, i);
                self.name(self.air.source(source).alias)?;
            }
        }
        self.push(match locking.wait {
            LockWait::Wait => "",
            LockWait::NoWait => " NOWAIT",
            LockWait::SkipLocked => " SKIP LOCKED",
        });
        Ok(())
    }

    // FROM.

    /// What stands after FROM.
    pub(super) fn from(&mut self, rel: RelId) -> Done {
        match self.air.rel(rel) {
            Rel::Join { kind: JoinKind::Comma, left, right, .. } => {
                deeper(|| self.from(left))?;
                self.comma(false);
                if self.target.can.comma_is_join && self.keeps_right(right) {
                    return self.parenthesized(|r| r.rel(right));
                }
                self.from(right)
            }
            _ => self.rel(rel),
        }
    }

    /// True for a join tree that keeps rows of a right side without a partner: what stands left of it matters.
    fn keeps_right(&self, rel: RelId) -> bool {
        match self.air.rel(rel) {
            Rel::Source { .. } => false,
            Rel::Join { kind, left, .. } => {
                matches!(kind, JoinKind::Right | JoinKind::Full) || self.keeps_right(left)
            }
        }
    }

    /// A join tree, where a comma cannot stand.
    fn rel(&mut self, rel: RelId) -> Done {
        match self.air.rel(rel) {
            Rel::Source { source } => self.source(source),
            Rel::Join { kind, left, right, on, using } => {
                // A chain of joins leans left and is as deep as it is long.
                deeper(|| self.rel(left))?;
                let lateral = self.lateral(right);
                if lateral && self.target.can.lateral == Lateral::Apply {
                    self.space();
                    self.push(match kind {
                        JoinKind::Inner | JoinKind::Cross | JoinKind::Comma if on.is_none() => "CROSS APPLY ",
                        JoinKind::Left if on.is_none_or(|on| self.is_true(on)) => "OUTER APPLY ",
                        _ => return Err(self.unlegal(Span::NONE, "this lateral join")),
                    });
                    return self.join_operand(right);
                }
                self.space();
                self.push(match kind {
                    JoinKind::Inner => "JOIN ",
                    JoinKind::Cross | JoinKind::Comma => "CROSS JOIN ",
                    JoinKind::Left => "LEFT JOIN ",
                    JoinKind::Right => {
                        if !self.target.has(self.target.can.right_join) {
                            return Err(self.unlegal(Span::NONE, "RIGHT JOIN"));
                        }
                        "RIGHT JOIN "
                    }
                    JoinKind::Full => {
                        if !self.target.has(self.target.can.full_join) {
                            return Err(self.unlegal(Span::NONE, "FULL JOIN"));
                        }
                        "FULL JOIN "
                    }
                });
                self.join_operand(right)?;
                if !using.is_empty() {
                    self.push(" USING (");
                    for i in 0..using.len() {
                        if i > 0 {
                            self.push(", ");
                        }
                        self.name(self.air.at(using, i).name)?;
                    }
                    self.push(")");
                    return Ok(());
                }
                match (on, kind) {
                    (Some(on), _) => {
                        self.push(" ON ");
                        self.indent();
                        self.comments_before(self.air.span(on));
                        self.value(on)?;
                        self.dedent();
                    }
                    (None, JoinKind::Cross | JoinKind::Comma) => {}
                    (None, _) => self.push(" ON 1 = 1"),
                }
                Ok(())
            }
        }
    }

    /// The right side of a join: a join tree stands in parentheses.
    fn join_operand(&mut self, rel: RelId) -> Done {
        match self.air.rel(rel) {
            Rel::Source { source } => self.source(source),
            Rel::Join { .. } => self.parenthesized(|r| r.rel(rel)),
        }
    }

    fn lateral(&self, rel: RelId) -> bool {
        match self.air.rel(rel) {
            Rel::Source { source } => {
                let source = self.air.source(source);
                source.lateral && matches!(source.kind, SourceKind::Derived { .. })
            }
            Rel::Join { .. } => false,
        }
    }

    fn is_true(&self, id: ExprId) -> bool {
        matches!(self.air.literal(id), Some(Literal::Bool { value: true }))
    }

    /// A row source with its alias.
    pub(super) fn source(&mut self, id: SourceId) -> Done {
        let source = self.air.source(id);
        let span = self.air.source_span(id);
        self.comments_before(span);
        match source.kind {
            SourceKind::Table { name } => self.object(&name)?,
            SourceKind::Cte { cte } => self.name(self.air.cte(cte).name)?,
            SourceKind::Derived { query } => {
                match self.target.can.lateral {
                    _ if !source.lateral => {}
                    Lateral::Word(can) if self.target.has(can) => self.push("LATERAL "),
                    Lateral::Apply => {}
                    Lateral::Word(_) | Lateral::No => return Err(self.unlegal(span, "LATERAL")),
                }
                self.derived(query)?;
            }
            SourceKind::Function { op, args, ordinality } => {
                let Some(row) = self.target.row(op) else {
                    let message = format!("the table function `{}` has no form", op.name());
                    return Err(self.refuse(codes::BUILTIN, span, &message));
                };
                self.table_function(span, op, row.how, args)?;
                self.push(if ordinality { " WITH ORDINALITY" } else { "" });
            }
            SourceKind::Proposed {}
            | SourceKind::Old {}
            | SourceKind::New {}
            | SourceKind::Variables {}
            | SourceKind::TriggerRow { .. } => {
                return Err(self.unlegal(span, "a row of a change as a source"));
            }
        }
        self.alias(source)
    }

    /// A derived table: VALUES that may stand only here, or any query.
    fn derived(&mut self, query: QueryId) -> Done {
        let from_only = self.target.can.values == ValuesForm::FromOnly;
        match *self.air.query(query) {
            Query { body: Body::Values { rows }, ctes, order, limit: None, locking: None, .. }
                if from_only && ctes.is_empty() && order.is_empty() =>
            {
                self.parenthesized(|r| {
                    r.push("VALUES ");
                    r.rows(rows)
                })
            }
            _ => self.subquery(query),
        }
    }

    fn alias(&mut self, source: &Source) -> Done {
        let table = matches!(source.kind, SourceKind::Table { .. } | SourceKind::Cte { .. });
        if source.alias.is_empty() || (table && !source.aliased) {
            return Ok(());
        }
        self.push(if self.target.can.table_alias_as { " AS " } else { " " });
        self.name(source.alias)?;
        // A function that names no column of its own calls it by the alias, which other dialects do not.
        let by_alias = match source.kind {
            SourceKind::Function { op, .. } => {
                use air::Builtin::{GenerateSeries, RegexSplit, StringSplit, Unnest};
                matches!(op, GenerateSeries | RegexSplit | StringSplit | Unnest)
                    && self.air.list(source.columns).first().is_some_and(|column| column.name != source.alias)
                    && self.target.can.derived_columns
            }
            _ => false,
        };
        if source.renamed || by_alias {
            if !self.target.can.derived_columns {
                return Err(self.unlegal(Span::NONE, "a column list behind an alias"));
            }
            self.push(" (");
            self.open();
            for i in 0..source.columns.len() {
                self.comma(i == 0);
                self.name(self.air.at(source.columns, i).name)?;
            }
            self.close();
            self.push(")");
        }
        Ok(())
    }
}
