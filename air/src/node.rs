//! How a node is declared once: [`node_struct!`], [`node_enum!`] and [`atoms!`] write the type together
//! with everything rote about it (text form, reading back, children, hashing). Judgement — typing,
//! legalization, rendering, evaluation — is hand-written in a `match` elsewhere.

use crate::Air;
use crate::expr::Literal;
use crate::form::{Form, FormError, Reader};
use crate::ids::{CteId, ExprId, List, ParamId, QueryId, RelId, SelectId, SourceId, Str, WindowId};
use air_base::Span;

/// A field of a node, or a node.
pub trait Operand: Sized {
    /// Tells `sink` what this is, in declaration order.
    fn emit(&self, air: &Air, sink: &mut dyn Sink);
    /// The inverse of [`Operand::emit`] by way of a [`Form`].
    fn read(form: &Form, reader: &mut Reader<'_>) -> Result<Self, FormError>;
    /// Calls `visit` with each node directly below.
    fn children(&self, air: &Air, visit: &mut dyn FnMut(Child));
    /// True for a value that the text form leaves out when it is a field (and reads back when absent).
    fn is_default(&self) -> bool {
        false
    }
    /// The value of a left-out field.
    fn absent() -> Option<Self> {
        None
    }
}

/// A node below another one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Child {
    /// Expression.
    Expr(ExprId),
    /// Query.
    Query(QueryId),
    /// SELECT block.
    Select(SelectId),
    /// FROM node.
    Rel(RelId),
    /// Row source at its place of declaration.
    Source(SourceId),
    /// Window; may be below several expressions.
    Window(WindowId),
}

/// Something with an id that others refer to: declared where it is first mentioned.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Label {
    /// A row source.
    Source(SourceId),
    /// A common table expression.
    Cte(CteId),
    /// A window.
    Window(WindowId),
}

/// Receives a node as a stream of events.
pub trait Sink {
    /// A node opens.
    fn begin(&mut self, node: &'static str);
    /// The next value belongs to this field.
    fn field(&mut self, name: &'static str);
    /// The node closes.
    fn end(&mut self);
    /// A list opens.
    fn begin_list(&mut self);
    /// The list closes.
    fn end_list(&mut self);
    /// A word of a closed vocabulary.
    fn word(&mut self, word: &str);
    /// A number.
    fn number(&mut self, number: i64);
    /// Text that is no literal.
    fn text(&mut self, text: &str);
    /// A name.
    fn name(&mut self, text: &str, exact: bool);
    /// A literal, in the place of an expression.
    fn literal(&mut self, air: &Air, id: ExprId, literal: Literal);
    /// A parameter, in the place of an expression.
    fn param(&mut self, air: &Air, id: ExprId, param: ParamId);
    /// A column, in the place of an expression.
    fn column(&mut self, air: &Air, source: SourceId, index: u32, qualified: bool);
    /// A mention of something with a label. True if this is the first one: then its declaration follows,
    /// and after it [`Sink::declared`].
    fn mention(&mut self, label: Label) -> bool;
    /// The declaration is complete.
    fn declared(&mut self);
    /// What is known of the expression just told; not called for parts of another expression's node.
    fn expr_info(&mut self, air: &Air, id: ExprId);
    /// Where the query or source just told stands.
    fn span(&mut self, span: Span);
    /// A level of nesting begins. False: it is too deep, nothing is told of it, and [`Sink::ascend`] not called.
    fn descend(&mut self) -> bool;
    /// The level ends.
    fn ascend(&mut self);
}

/// Types whose lists live in a pool of the arena.
pub trait Pooled: Sized + Copy + 'static {
    /// The pool.
    fn pool(air: &Air) -> &Vec<Self>;
    /// The pool, to append to.
    fn pool_mut(air: &mut Air) -> &mut Vec<Self>;
}

/// Declares a struct node. Fields are read and written in order; defaults are left out of the text form.
#[macro_export]
macro_rules! node_struct {
    ($(#[$meta:meta])* $vis:vis struct $Name:ident = $label:literal {
        $($(#[$fmeta:meta])* pub $field:ident : $Ty:ty,)*
    }) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Debug)]
        $vis struct $Name { $($(#[$fmeta])* pub $field: $Ty,)* }

        impl $crate::node::Operand for $Name {
            fn emit(&self, air: &$crate::Air, sink: &mut dyn $crate::node::Sink) {
                sink.begin($label);
                $(if !$crate::node::Operand::is_default(&self.$field) {
                    sink.field(stringify!($field));
                    $crate::node::Operand::emit(&self.$field, air, sink);
                })*
                let _ = air;
                sink.end();
            }
            fn read(form: &$crate::form::Form, reader: &mut $crate::form::Reader<'_>)
                -> Result<Self, $crate::form::FormError> {
                let mut fields = form.node($label)?;
                $(let $field = fields.take::<$Ty>(stringify!($field), reader)?;)*
                fields.finish()?;
                Ok($Name { $($field,)* })
            }
            fn children(&self, air: &$crate::Air, visit: &mut dyn FnMut($crate::node::Child)) {
                let _ = (&air, &visit);
                $($crate::node::Operand::children(&self.$field, air, visit);)*
            }
        }
    };
}

/// Declares an enum whose variants are nodes with named fields.
#[macro_export]
macro_rules! node_enum {
    ($(#[$meta:meta])* pub enum $Name:ident {
        $($(#[$vmeta:meta])* $Variant:ident = $label:literal {
            $($(#[$fmeta:meta])* $field:ident : $Ty:ty,)*
        })*
    }) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Debug)]
        pub enum $Name { $($(#[$vmeta])* $Variant { $($(#[$fmeta])* $field: $Ty,)* },)* }

        impl $Name {
            /// The name of the variant in the text form.
            pub fn label(&self) -> &'static str {
                match self { $($Name::$Variant { .. } => $label,)* }
            }

            /// True if a variant has that name in the text form.
            pub fn is_label(name: &str) -> bool {
                matches!(name, $($label)|*)
            }
        }

        impl $crate::node::Operand for $Name {
            fn emit(&self, air: &$crate::Air, sink: &mut dyn $crate::node::Sink) {
                match self {
                    $($Name::$Variant { $($field,)* } => {
                        sink.begin($label);
                        $(if !$crate::node::Operand::is_default($field) {
                            sink.field(stringify!($field));
                            $crate::node::Operand::emit($field, air, sink);
                        })*
                        let _ = air;
                        sink.end();
                    })*
                }
            }
            fn read(form: &$crate::form::Form, reader: &mut $crate::form::Reader<'_>)
                -> Result<Self, $crate::form::FormError> {
                match form.node_name()? {
                    $($label => {
                        #[allow(unused_mut)]
                        let mut fields = form.node($label)?;
                        $(let $field = fields.take::<$Ty>(stringify!($field), reader)?;)*
                        fields.finish()?;
                        let _ = reader;
                        Ok($Name::$Variant { $($field,)* })
                    })*
                    other => Err($crate::form::FormError::unknown_node(stringify!($Name), other)),
                }
            }
            fn children(&self, air: &$crate::Air, visit: &mut dyn FnMut($crate::node::Child)) {
                let _ = (&air, &visit);
                match self {
                    $($Name::$Variant { $($field,)* } => {
                        $($crate::node::Operand::children($field, air, visit);)*
                    })*
                }
            }
        }
    };
}

/// Declares an enum without fields, printed as a word. The first variant is the default one and
/// is left out of the text form.
#[macro_export]
macro_rules! atoms {
    ($(#[$meta:meta])* pub enum $Name:ident {
        $($(#[$vmeta:meta])* $Variant:ident = $word:literal,)*
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum $Name { $($(#[$vmeta])* $Variant,)* }

        impl $Name {
            /// All values, in order of declaration.
            pub const ALL: &'static [$Name] = &[$($Name::$Variant,)*];

            /// The word of the text form.
            pub const fn word(self) -> &'static str {
                match self { $($Name::$Variant => $word,)* }
            }

            /// The value a word stands for.
            pub fn from_word(word: &str) -> Option<$Name> {
                match word { $($word => Some($Name::$Variant),)* _ => None }
            }
        }

        impl $crate::node::Operand for $Name {
            fn emit(&self, _: &$crate::Air, sink: &mut dyn $crate::node::Sink) {
                sink.word(self.word());
            }
            fn read(form: &$crate::form::Form, _: &mut $crate::form::Reader<'_>)
                -> Result<Self, $crate::form::FormError> {
                let word = form.word()?;
                $Name::from_word(word)
                    .ok_or_else(|| $crate::form::FormError::unknown_word(stringify!($Name), word))
            }
            fn children(&self, _: &$crate::Air, _: &mut dyn FnMut($crate::node::Child)) {}
            fn is_default(&self) -> bool {
                *self == $Name::ALL[0]
            }
            fn absent() -> Option<Self> {
                Some($Name::ALL[0])
            }
        }
    };
}

impl<T: Operand + Pooled> Operand for List<T> {
    fn emit(&self, air: &Air, sink: &mut dyn Sink) {
        sink.begin_list();
        for element in air.list(*self) {
            element.emit(air, sink);
        }
        sink.end_list();
    }
    fn read(form: &Form, reader: &mut Reader<'_>) -> Result<Self, FormError> {
        let elements = form.list()?.iter().map(|f| T::read(f, reader)).collect::<Result<Vec<T>, _>>()?;
        Ok(reader.air.push_list(&elements))
    }
    fn children(&self, air: &Air, visit: &mut dyn FnMut(Child)) {
        for element in air.list(*self) {
            element.children(air, visit);
        }
    }
    fn is_default(&self) -> bool {
        self.is_empty()
    }
    fn absent() -> Option<Self> {
        Some(List::EMPTY)
    }
}

impl<T: Operand> Operand for Option<T> {
    fn emit(&self, air: &Air, sink: &mut dyn Sink) {
        match self {
            Some(value) => value.emit(air, sink),
            None => sink.word("none"),
        }
    }
    fn read(form: &Form, reader: &mut Reader<'_>) -> Result<Self, FormError> {
        if matches!(form, Form::Word(word) if word == "none") {
            return Ok(None);
        }
        T::read(form, reader).map(Some)
    }
    fn children(&self, air: &Air, visit: &mut dyn FnMut(Child)) {
        if let Some(value) = self {
            value.children(air, visit);
        }
    }
    fn is_default(&self) -> bool {
        self.is_none()
    }
    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: Operand> Operand for Vec<T> {
    fn emit(&self, air: &Air, sink: &mut dyn Sink) {
        sink.begin_list();
        for element in self {
            element.emit(air, sink);
        }
        sink.end_list();
    }
    fn read(form: &Form, reader: &mut Reader<'_>) -> Result<Self, FormError> {
        form.list()?.iter().map(|f| T::read(f, reader)).collect()
    }
    fn children(&self, air: &Air, visit: &mut dyn FnMut(Child)) {
        for element in self {
            element.children(air, visit);
        }
    }
    fn is_default(&self) -> bool {
        self.is_empty()
    }
    fn absent() -> Option<Self> {
        Some(Vec::new())
    }
}

impl<T: Operand> Operand for Box<T> {
    fn emit(&self, air: &Air, sink: &mut dyn Sink) {
        (**self).emit(air, sink);
    }
    fn read(form: &Form, reader: &mut Reader<'_>) -> Result<Self, FormError> {
        T::read(form, reader).map(Box::new)
    }
    fn children(&self, air: &Air, visit: &mut dyn FnMut(Child)) {
        (**self).children(air, visit);
    }
}

impl Operand for bool {
    fn emit(&self, _: &Air, sink: &mut dyn Sink) {
        sink.word(if *self { "true" } else { "false" });
    }
    fn read(form: &Form, _: &mut Reader<'_>) -> Result<Self, FormError> {
        match form.word()? {
            "true" => Ok(true),
            "false" => Ok(false),
            other => Err(FormError::unknown_word("bool", other)),
        }
    }
    fn children(&self, _: &Air, _: &mut dyn FnMut(Child)) {}
    fn is_default(&self) -> bool {
        !*self
    }
    fn absent() -> Option<Self> {
        Some(false)
    }
}

macro_rules! number_operands {
    ($($Ty:ty)*) => {$(
        impl Operand for $Ty {
            fn emit(&self, _: &Air, sink: &mut dyn Sink) {
                sink.number(*self as i64);
            }
            fn read(form: &Form, _: &mut Reader<'_>) -> Result<Self, FormError> {
                <$Ty>::try_from(form.number()?).map_err(|_| FormError::out_of_range(stringify!($Ty)))
            }
            fn children(&self, _: &Air, _: &mut dyn FnMut(Child)) {}
        }
    )*};
}
number_operands!(u8 u16 u32 i16 i32 i64);

impl Operand for Str {
    fn emit(&self, air: &Air, sink: &mut dyn Sink) {
        sink.text(air.text(*self));
    }
    fn read(form: &Form, reader: &mut Reader<'_>) -> Result<Self, FormError> {
        let text = form.text()?;
        Ok(reader.air.push_text(text))
    }
    fn children(&self, _: &Air, _: &mut dyn FnMut(Child)) {}
    fn is_default(&self) -> bool {
        self.is_empty()
    }
    fn absent() -> Option<Self> {
        Some(Str::EMPTY)
    }
}
