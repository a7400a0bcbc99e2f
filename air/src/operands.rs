//! [`Operand`] for ids and for the small values that are no nodes.

use crate::Air;
use crate::builtins::Builtin;
use crate::expr::Modifier;
use crate::form::{Form, FormError, Reader};
use crate::ids::{CteId, ExprId, Name, ObjectName, ParamId, QueryId, RelId, SelectId, SourceId, WindowId};
use crate::node::{Child, Operand, Sink};
use crate::query::CteBody;
use crate::types::{CastRule, Collation, Type};

// HALF DONE: the text form is being written; until then reading answers with an error and emitting of
// types is by `Debug`.
macro_rules! unread {
    () => {
        fn read(_: &Form, _: &mut Reader<'_>) -> Result<Self, FormError> {
            Err(FormError("not readable yet".to_owned()))
        }
    };
}

macro_rules! inline_ids {
    ($($Id:ident => $get:ident, $Child:ident;)*) => {$(
        impl Operand for $Id {
            fn emit(&self, air: &Air, sink: &mut dyn Sink) {
                air.$get(*self).emit(air, sink);
            }
            unread!();
            fn children(&self, _: &Air, visit: &mut dyn FnMut(Child)) {
                visit(Child::$Child(*self));
            }
        }
    )*};
}
inline_ids! {
    ExprId => expr, Expr;
    QueryId => query, Query;
    SelectId => select, Select;
    RelId => rel, Rel;
}

impl Operand for SourceId {
    fn emit(&self, _: &Air, sink: &mut dyn Sink) {
        sink.label("s", self.0);
    }
    unread!();
    /// A reference; the place of declaration ([`Rel::Source`](crate::query::Rel)) visits the source itself.
    fn children(&self, _: &Air, _: &mut dyn FnMut(Child)) {}
}

impl Operand for CteId {
    fn emit(&self, _: &Air, sink: &mut dyn Sink) {
        sink.label("c", self.0);
    }
    unread!();
    /// Met in the list of declarations only; [`SourceKind::Cte`](crate::query::SourceKind) is not walked.
    fn children(&self, air: &Air, visit: &mut dyn FnMut(Child)) {
        match air.cte(*self).body {
            CteBody::Query { query } => visit(Child::Query(query)),
            CteBody::Change { statement } => air.nested[statement as usize].children(air, visit),
        }
    }
}

impl Operand for ParamId {
    fn emit(&self, _: &Air, sink: &mut dyn Sink) {
        sink.label("p", self.0);
    }
    unread!();
    fn children(&self, _: &Air, _: &mut dyn FnMut(Child)) {}
}

impl Operand for WindowId {
    fn emit(&self, air: &Air, sink: &mut dyn Sink) {
        air.window(*self).emit(air, sink);
    }
    unread!();
    fn children(&self, air: &Air, visit: &mut dyn FnMut(Child)) {
        air.window(*self).children(air, visit);
    }
}

impl Operand for Name {
    fn emit(&self, air: &Air, sink: &mut dyn Sink) {
        sink.text(air.name(*self));
    }
    unread!();
    fn children(&self, _: &Air, _: &mut dyn FnMut(Child)) {}
    fn is_default(&self) -> bool {
        self.is_empty()
    }
    fn absent() -> Option<Self> {
        Some(Name::default())
    }
}

impl Operand for ObjectName {
    fn emit(&self, air: &Air, sink: &mut dyn Sink) {
        sink.begin_list();
        for part in [self.catalog, self.schema, Some(self.name)].into_iter().flatten() {
            part.emit(air, sink);
        }
        sink.end_list();
    }
    unread!();
    fn children(&self, _: &Air, _: &mut dyn FnMut(Child)) {}
}

macro_rules! debug_values {
    ($($Ty:ty)*) => {$(
        impl Operand for $Ty {
            fn emit(&self, _: &Air, sink: &mut dyn Sink) {
                sink.word(&format!("{self:?}"));
            }
            unread!();
            fn children(&self, _: &Air, _: &mut dyn FnMut(Child)) {}
        }
    )*};
}
debug_values!(Builtin Type Collation CastRule Modifier);
