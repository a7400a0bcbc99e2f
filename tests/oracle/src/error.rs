//! Why an evaluation has no result.

/// Why an evaluation has no result. Failures of the evaluated statement are errors as on a server;
/// [`EvalError::Unsupported`] says that the evaluator does not know.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EvalError {
    /// The statement fails by its meaning: division by zero, bad cast, duplicate key.
    Fails(String),
    /// The evaluator does not model this.
    Unsupported(String),
    /// The AIR makes no sense; the verifier should have said so.
    Malformed(String),
}

impl EvalError {
    /// The statement fails.
    pub fn fails<T>(why: impl Into<String>) -> Result<T, EvalError> {
        Err(EvalError::Fails(why.into()))
    }

    /// The evaluator does not model `what`.
    pub fn unsupported<T>(what: impl Into<String>) -> Result<T, EvalError> {
        Err(EvalError::Unsupported(what.into()))
    }

    /// The AIR makes no sense.
    pub fn malformed<T>(what: impl Into<String>) -> Result<T, EvalError> {
        Err(EvalError::Malformed(what.into()))
    }
}

impl std::fmt::Display for EvalError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            EvalError::Fails(why) => f.write_str(why),
            EvalError::Unsupported(what) => write!(f, "not modelled: {what}"),
            EvalError::Malformed(what) => write!(f, "malformed AIR: {what}"),
        }
    }
}

impl std::error::Error for EvalError {}

/// Shorthand within the evaluator.
pub type Eval<T> = Result<T, EvalError>;
