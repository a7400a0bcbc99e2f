//! Plans: what a random statement says, before it has ids.

use air::expr::CompareOp;
use air::query::{JoinKind, SetOp};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

/// A query over `t` and `u` whose columns are one integer and one text.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What produces the rows.
    pub shape: Shape,
    /// ORDER BY all columns, descending or not, NULLs first or not.
    pub order: Option<(bool, bool)>,
    /// Row limit and offset; taken only where the order is total.
    pub limit: Option<(u8, u8)>,
}

/// What produces the rows of a [`Plan`].
#[derive(Clone, Debug)]
pub enum Shape {
    /// SELECT of a number and a text.
    Rows {
        /// First column.
        number: Number,
        /// `t` alone, or joined with `u`.
        join: Option<(JoinKind, Test)>,
        /// WHERE.
        filter: Option<Test>,
        /// DISTINCT.
        distinct: bool,
    },
    /// SELECT of an aggregate per text.
    Groups {
        /// What is summed.
        number: Number,
        /// WHERE.
        filter: Option<Test>,
        /// Counts instead of summing.
        count: bool,
        /// Only groups of more than one row.
        having: bool,
    },
    /// SELECT of a number over a window.
    Window {
        /// Order of the window.
        number: Number,
        /// WHERE.
        filter: Option<Test>,
        /// Ranks instead of summing.
        rank: bool,
    },
    /// A set operation.
    Set(SetOp, bool, Box<Shape>, Box<Shape>),
    /// SELECT from a derived table.
    Derived(Box<Plan>, Option<Test>),
}

/// An integer expression over the row.
#[derive(Clone, Debug)]
pub enum Number {
    /// `a` of the first source, or what stands in its place.
    A,
    /// `b`, or what stands in its place.
    B,
    /// A constant.
    Literal(i8),
    /// NULL.
    Null,
    /// Sum.
    Add(Box<Number>, Box<Number>),
    /// Quotient, NULL for a zero divisor.
    Div(Box<Number>, Box<Number>),
    /// First that is not NULL.
    Coalesce(Box<Number>, Box<Number>),
    /// CASE WHEN … THEN … ELSE … END.
    Case(Box<Test>, Box<Number>, Box<Number>),
}

/// A boolean expression over the row.
#[derive(Clone, Debug)]
pub enum Test {
    /// Comparison.
    Compare(Compared, Number, Number),
    /// `s LIKE pattern`.
    Like(String, bool),
    /// IS NULL.
    IsNull(Number, bool),
    /// Membership.
    In(Number, Vec<Number>, bool),
    /// BETWEEN.
    Between(Number, Number, Number),
    /// AND.
    And(Box<Test>, Box<Test>),
    /// OR.
    Or(Box<Test>, Box<Test>),
    /// NOT.
    Not(Box<Test>),
    /// EXISTS of rows of `u` with an equal `a`.
    Exists(bool),
}

/// A comparison operator, as an atom that can be shown.
pub type Compared = CompareOp;

fn number() -> impl Strategy<Value = Number> {
    let leaf = prop_oneof![
        3 => Just(Number::A),
        2 => Just(Number::B),
        2 => (-3i8..=3).prop_map(Number::Literal),
        1 => Just(Number::Null),
    ];
    leaf.prop_recursive(3, 12, 2, |inner| {
        let pair = (inner.clone(), inner.clone()).prop_map(|(a, b)| (Box::new(a), Box::new(b)));
        prop_oneof![
            pair.clone().prop_map(|(a, b)| Number::Add(a, b)),
            pair.clone().prop_map(|(a, b)| Number::Div(a, b)),
            pair.clone().prop_map(|(a, b)| Number::Coalesce(a, b)),
            (compared(), inner.clone(), inner, pair)
                .prop_map(|(op, x, y, (a, b))| { Number::Case(Box::new(Test::Compare(op, x, y)), a, b) }),
        ]
    })
}

fn compared() -> impl Strategy<Value = CompareOp> {
    prop::sample::select(CompareOp::ALL)
}

fn test() -> impl Strategy<Value = Test> {
    let leaf = prop_oneof![
        4 => (compared(), number(), number()).prop_map(|(op, a, b)| Test::Compare(op, a, b)),
        2 => ("[ab%_A]{0,3}", any::<bool>()).prop_map(|(pattern, not)| Test::Like(pattern, not)),
        2 => (number(), any::<bool>()).prop_map(|(a, not)| Test::IsNull(a, not)),
        1 => (number(), vec(number(), 0..3), any::<bool>()).prop_map(|(a, list, not)| Test::In(a, list, not)),
        1 => (number(), number(), number()).prop_map(|(a, b, c)| Test::Between(a, b, c)),
        1 => any::<bool>().prop_map(Test::Exists),
    ];
    leaf.prop_recursive(3, 12, 2, |inner| {
        let pair = (inner.clone(), inner.clone()).prop_map(|(a, b)| (Box::new(a), Box::new(b)));
        prop_oneof![
            pair.clone().prop_map(|(a, b)| Test::And(a, b)),
            pair.prop_map(|(a, b)| Test::Or(a, b)),
            inner.prop_map(|a| Test::Not(Box::new(a))),
        ]
    })
}

fn join() -> impl Strategy<Value = (JoinKind, Test)> {
    let kinds = vec![JoinKind::Inner, JoinKind::Left, JoinKind::Right, JoinKind::Full];
    (prop::sample::select(kinds), test())
}

fn shape() -> impl Strategy<Value = Shape> {
    let filter = || option::of(test());
    let leaf = prop_oneof![
        3 => (number(), option::of(join()), filter(), any::<bool>())
            .prop_map(|(number, join, filter, distinct)| Shape::Rows { number, join, filter, distinct }),
        2 => (number(), filter(), any::<bool>(), any::<bool>())
            .prop_map(|(number, filter, count, having)| Shape::Groups { number, filter, count, having }),
        1 => (number(), filter(), any::<bool>())
            .prop_map(|(number, filter, rank)| Shape::Window { number, filter, rank }),
    ];
    leaf.prop_recursive(2, 6, 2, move |inner| {
        let set = (prop::sample::select(SetOp::ALL), any::<bool>(), inner.clone(), inner.clone());
        let ordered =
            (inner, order(), limit()).prop_map(|(shape, order, limit)| Plan { shape, order, limit });
        prop_oneof![
            set.prop_map(|(op, all, a, b)| Shape::Set(op, all, Box::new(a), Box::new(b))),
            (ordered, filter()).prop_map(|(plan, filter)| Shape::Derived(Box::new(plan), filter)),
        ]
    })
}

fn order() -> impl Strategy<Value = Option<(bool, bool)>> {
    option::of(any::<(bool, bool)>())
}

fn limit() -> impl Strategy<Value = Option<(u8, u8)>> {
    option::of((0u8..4, 0u8..3))
}

/// Random plans.
pub fn plan() -> impl Strategy<Value = Plan> {
    (shape(), order(), limit()).prop_map(|(shape, order, limit)| Plan { shape, order, limit })
}
