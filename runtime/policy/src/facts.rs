//! What a policy is told of a statement.

use air::effects::{Columns, Effects, TableName};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Kinds of statements.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Kind {
    /// Changes nothing.
    #[default]
    Read,
    /// Changes rows.
    Write,
    /// Changes definitions.
    Define,
    /// Transactions and settings of the session.
    Control,
}

impl Kind {
    /// All, in order of declaration.
    pub const ALL: [Kind; 4] = [Kind::Read, Kind::Write, Kind::Define, Kind::Control];

    /// The word of the language.
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Read => "read",
            Kind::Write => "write",
            Kind::Define => "define",
            Kind::Control => "control",
        }
    }
}

/// What a statement touches, by its meaning.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Touched {
    /// Its kind.
    pub kind: Kind,
    /// Columns it uses in any way, by table.
    pub reads: BTreeMap<TableName, Columns>,
    /// Columns it gives or changes, by table; all where rows are removed.
    pub writes: BTreeMap<TableName, Columns>,
    /// Columns whose values reach its rows.
    pub shows: BTreeMap<TableName, Columns>,
    /// Tables whose definitions it changes.
    pub defines: Vec<TableName>,
    /// Views of which is not known what they read; their names in lower case.
    pub opaque: BTreeSet<String>,
    /// It calls functions of the database.
    pub calls: bool,
    /// It locks rows.
    pub locks: bool,
}

impl Touched {
    /// What the effects of a statement say; `shows` comes from its lineage.
    pub fn of(effects: &Effects, shows: BTreeMap<TableName, Columns>) -> Touched {
        let mut writes = BTreeMap::new();
        for (table, change) in &effects.writes {
            let mut columns = Columns::These(Default::default());
            if change.deletes {
                columns = Columns::All;
            }
            for given in change.inserts.iter().chain(&change.updates) {
                match (&mut columns, given) {
                    (Columns::These(mine), Columns::These(more)) => mine.extend(more.iter().cloned()),
                    (mine, _) => *mine = Columns::All,
                }
            }
            writes.insert(table.clone(), columns);
        }
        let kind = if !effects.definitions.is_empty() {
            Kind::Define
        } else if !effects.writes.is_empty() {
            Kind::Write
        } else if effects.returns_rows || !effects.reads.is_empty() {
            Kind::Read
        } else {
            Kind::Control
        };
        Touched {
            kind,
            reads: effects.reads.clone(),
            writes,
            shows,
            defines: effects.definitions.iter().map(|definition| definition.name.clone()).collect(),
            opaque: BTreeSet::new(),
            calls: !effects.user_functions.is_empty(),
            locks: effects.locks_rows,
        }
    }
}

/// What a set of policies makes of a statement: the outcome of each of their tests of statements.
///
/// Depends on the policies it was made by; they are asked again after a reload.
#[derive(Clone, Debug)]
pub struct Facts {
    /// A bit for each test.
    pub(crate) bits: Arc<[u64]>,
    /// Which policies.
    pub(crate) epoch: u64,
    /// It reads what no policy can judge.
    pub(crate) opaque: bool,
    /// Of the bits: made once, because decisions are looked up by it.
    pub(crate) hash: u64,
}

impl Facts {
    pub(crate) fn new(bits: Box<[u64]>, epoch: u64, opaque: bool) -> Facts {
        let mut state = rustc_hash::FxHasher::default();
        bits.hash(&mut state);
        Facts { bits: bits.into(), epoch, opaque, hash: state.finish() }
    }

    /// True if they were made by the policies of that epoch.
    pub fn is_of(&self, epoch: u64) -> bool {
        self.epoch == epoch
    }
}

impl PartialEq for Facts {
    fn eq(&self, other: &Facts) -> bool {
        let same = Arc::ptr_eq(&self.bits, &other.bits);
        self.epoch == other.epoch
            && self.opaque == other.opaque
            && (same || self.hash == other.hash && self.bits == other.bits)
    }
}

impl Eq for Facts {}
