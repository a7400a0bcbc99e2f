//! Expressions, types and conversions. Contract: see [`crate::binder`].

use crate::binder::{Binder, Bound};
use crate::codes;
use air::expr::CompareOp;
use air::types::CastReason;
use air::{Builtin, Collation, ExprId, List, Type};
use air_base::Span;
use airc_grammar::tree::{self, Ident};

// HALF DONE: signatures only; the engineer of expressions replaces this file.
impl Binder<'_> {
    pub(crate) fn expr(&mut self, id: tree::ExprId) -> Bound<ExprId> {
        let span = self.span(id);
        Err(self.refuse(codes::EXPRESSION, span, "this expression is not translated"))
    }
    pub(crate) fn predicate(&mut self, id: tree::ExprId) -> Bound<ExprId> {
        self.expr(id)
    }
    pub(crate) fn as_bool(&mut self, id: ExprId) -> Bound<ExprId> {
        Ok(id)
    }
    pub(crate) fn as_int(&mut self, id: ExprId) -> Bound<ExprId> {
        Ok(id)
    }
    pub(crate) fn unify_types(&mut self, left: Type, _right: Type, _span: Span) -> Bound<Type> {
        Ok(left)
    }
    pub(crate) fn coerce(&mut self, id: ExprId, _to: Type, _reason: CastReason) -> Bound<ExprId> {
        Ok(id)
    }
    pub(crate) fn comparison(&mut self, _op: CompareOp, left: ExprId, _r: ExprId, _at: Span) -> Bound<ExprId> {
        Ok(left)
    }
    pub(crate) fn type_name(&mut self, _id: tree::TypeId) -> Bound<Type> {
        Ok(Type::Unknown)
    }
    pub(crate) fn collation_name(&mut self, _name: tree::Name) -> Bound<Collation> {
        Ok(Collation::BINARY)
    }
    pub(crate) fn charset_collation(&mut self, _name: Ident) -> Bound<Collation> {
        Ok(Collation::BINARY)
    }
    pub(crate) fn sort_collation(&mut self, id: ExprId) -> Collation {
        self.air.ty(id).collation().unwrap_or_default()
    }
    pub(crate) fn common_collation(&mut self, left: Type, _right: Type, _span: Span) -> Bound<Collation> {
        Ok(left.collation().unwrap_or_default())
    }
    pub(crate) fn pseudo_column(&mut self, _name: tree::Name, _span: Span) -> Bound<Option<ExprId>> {
        Ok(None)
    }
    pub(crate) fn table_call(&mut self, _id: tree::CallId, span: Span) -> Bound<(Builtin, List<ExprId>)> {
        Err(self.refuse(codes::TABLE_FUNCTION, span, "this table function is not translated"))
    }
}
