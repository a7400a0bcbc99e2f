//! Catalogs from definitions.

use crate::Options;
use crate::pipeline::{self, Source, Work};
use crate::translator::parser_for;
use air::catalog::Catalog;
use air::profile::Profile;
use air_base::Diagnostic;
use airc_bind::Scratch;
use airc_grammar::tree::StatementKind;

/// Adds what the definitions of a script declare to `catalog`.
///
/// A definition with an error is reported and left out. Other statements of the script, such as the INSERTs of a dump,
/// are passed over.
pub fn read(ddl: &str, profile: &Profile, options: &Options, catalog: &mut Catalog) -> Vec<Diagnostic> {
    let mut parser = parser_for(profile);
    let parsed = parser.parse(ddl);
    let mut diagnostics = parsed.diagnostics.to_vec();
    let (mut scratch, mut work) = (Scratch::default(), Work::default());
    for &id in parsed.tree.statements() {
        let statement = parsed.tree[id];
        if !defines(statement.kind) {
            continue;
        }
        work.clear();
        let source = Source { tree: parsed.tree, statement: id, text: ddl, profile };
        // One that is refused says why and is left out.
        let _ = pipeline::bind(&source, catalog, &mut scratch, options, &mut work);
        diagnostics.append(&mut work.diagnostics);
    }
    diagnostics
}

/// True for statements that change what is known of the database.
pub(crate) fn defines(kind: StatementKind) -> bool {
    match kind {
        StatementKind::CreateTable(_)
        | StatementKind::CreateIndex(_)
        | StatementKind::CreateView(_)
        | StatementKind::CreateSequence(_)
        | StatementKind::CreateType(_)
        | StatementKind::CreateNamespace { .. }
        | StatementKind::Drop(_)
        | StatementKind::AlterTable(_)
        | StatementKind::Use(_)
        // Whether foreign keys are enforced.
        | StatementKind::Set(_)
        | StatementKind::Pragma { .. } => true,
        // SELECT … INTO creates a table; so may a statement the binder refuses, of which nothing is learnt.
        StatementKind::Query(_) => true,
        StatementKind::Insert(_)
        | StatementKind::InsertAll(_)
        | StatementKind::Update(_)
        | StatementKind::Delete(_)
        | StatementKind::Merge(_)
        | StatementKind::Truncate(_)
        | StatementKind::Comment { .. }
        | StatementKind::Begin { .. }
        | StatementKind::Commit { .. }
        | StatementKind::Rollback { .. }
        | StatementKind::Savepoint(_)
        | StatementKind::Release(_)
        | StatementKind::SetTransaction { .. }
        | StatementKind::Explain { .. }
        | StatementKind::Grant { .. }
        | StatementKind::LockTables { .. }
        | StatementKind::Other { .. }
        | StatementKind::Broken => false,
    }
}
