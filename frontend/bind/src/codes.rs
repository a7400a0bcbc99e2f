//! Codes of the binder's diagnostics. Stable: a code is never given another meaning.
//!
//! `B01` names, `B02` queries, `B03` changes of data, `B04` definitions, `B05` expressions and types,
//! `B09` statements and limits.

air_base::codes! {
    /// No table, view or common table expression of that name is known.
    UNKNOWN_TABLE = "B0101";
    /// No row source in scope has a column of that name.
    UNKNOWN_COLUMN = "B0102";
    /// More than one row source in scope has a column of that name.
    AMBIGUOUS_COLUMN = "B0103";
    /// No row source of that name is in scope.
    UNKNOWN_SOURCE = "B0104";
    /// Two row sources of one FROM have the same name.
    DUPLICATE_SOURCE = "B0105";
    /// A list of column names is longer than the columns it names.
    COLUMN_LIST_LENGTH = "B0106";
    /// A name has more parts than anything it could name.
    NAME_PARTS = "B0107";
    /// A column is named twice where each may be named once.
    DUPLICATE_COLUMN = "B0109";
    /// The definition of the table or view was refused, so what uses it is refused too.
    REFUSED_OBJECT = "B0110";

    /// Sides of a set operation have unlike numbers of columns.
    SET_OPERATION_WIDTH = "B0201";
    /// A position in ORDER BY or GROUP BY is outside of the select list.
    POSITION_RANGE = "B0202";
    /// A column is neither grouped nor aggregated.
    NOT_GROUPED = "B0203";
    /// An aggregate or window function stands where there are no groups or windows.
    MISPLACED_AGGREGATE = "B0204";
    /// A window name is not declared.
    UNKNOWN_WINDOW = "B0205";
    /// A subquery has the wrong number of columns for its place.
    SUBQUERY_WIDTH = "B0206";
    /// A clause of a query that has no meaning in AIR.
    QUERY_CLAUSE = "B0207";
    /// A recursive common table expression without a part that does not refer to itself.
    RECURSION_WITHOUT_ANCHOR = "B0208";
    /// Rows of VALUES are unlike in length.
    VALUES_WIDTH = "B0210";
    /// A star over columns that are not known, where they must be.
    STAR_OF_UNKNOWN = "B0212";
    /// A table function whose columns we do not know.
    TABLE_FUNCTION = "B0213";
    /// A hint that asks for locks or another isolation was left out.
    TABLE_HINT = "B0214";
    /// An outer join mark at a place where it cannot become an outer join.
    OUTER_JOIN_MARK = "B0215";

    /// Values and columns of an INSERT are unlike in number.
    INSERT_WIDTH = "B0301";
    /// A clause of a change that has no meaning in AIR.
    CHANGE_CLAUSE = "B0302";
    /// The target of a change is not a table of the statement.
    CHANGE_TARGET = "B0303";
    /// Several columns are set to one value.
    ASSIGNMENT_WIDTH = "B0304";
    /// Two assignments to one column, where the dialect admits one.
    SET_TWICE = "B0305";

    /// A clause of a definition that has no meaning in AIR.
    DEFINITION_CLAUSE = "B0401";
    /// An object of a kind that AIR does not define.
    OBJECT_KIND = "B0402";
    /// A column without a type.
    COLUMN_TYPE = "B0403";
    /// A value that must be a constant is none.
    CONSTANT_EXPECTED = "B0404";
    /// An option of a table without effect on rows was left out.
    OPTION_LEFT_OUT = "B0405";

    /// An expression that AIR has no meaning for.
    EXPRESSION = "B0501";
    /// A function of that name is not known.
    UNKNOWN_FUNCTION = "B0502";
    /// A function is called with a number of arguments it does not take.
    ARGUMENT_COUNT = "B0503";
    /// Types do not go together, and the dialect converts neither by itself.
    TYPES = "B0504";
    /// A literal is no value of the type its place demands.
    LITERAL = "B0505";
    /// A format of dates or numbers has a directive without neutral meaning.
    FORMAT = "B0506";
    /// A type of that name is not known.
    UNKNOWN_TYPE = "B0507";
    /// A collation of that name is not known or not modelled.
    UNKNOWN_COLLATION = "B0508";
    /// A function is known and has no meaning in AIR.
    FUNCTION = "B0509";
    /// Two texts of unlike collations are compared.
    COLLATION_CONFLICT = "B0510";

    /// A statement of a kind that is not translated.
    STATEMENT_KIND = "B0901";
    /// What a trigger or routine does is not translated, or would be done otherwise elsewhere.
    ROUTINE = "B0903";
    /// The statement is nested deeper than the limit.
    NESTING = "B0902";
}
