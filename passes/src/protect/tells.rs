//! What a change would tell by failing, or by what it makes up: unique keys, references, exclusions, numbers.

use air::List;
use air::catalog::{ForeignKey, Key, Numbering, Table};
use air::query::Item;
use rustc_hash::FxHashSet;

use super::Guard;
use super::changes::Target;
use crate::pass::Refused;

impl Guard<'_> {
    pub(super) fn keys_tell(&mut self, target: &Target, given: &dyn Fn(u32) -> bool) -> Result<(), Refused> {
        self.keys_tell_of(target, &|_| true, given)
    }

    /// Refuses where a unique key would tell of a value or row that is not seen.
    pub(super) fn keys_tell_of(
        &mut self,
        target: &Target,
        concerned: &dyn Fn(&Key) -> bool,
        given: &dyn Fn(u32) -> bool,
    ) -> Result<(), Refused> {
        if target.of.is_empty() {
            return Ok(());
        }
        let span = self.air.source_span(target.source);
        if self.indirect.exclusions.contains(&target.known.name.to_lowercase()) {
            return self.refuse(
                span,
                "rows that exclude each other would tell of those that are not seen",
                "",
            );
        }
        for key in &target.known.keys {
            // One over expressions, part of the rows or computed columns may look at anything.
            let computed = |column: &u32| target.known.columns[*column as usize].generated;
            let vague = key.partial || key.columns.is_empty() || key.columns.iter().any(computed);
            if !vague && (!concerned(key) || !key.columns.iter().all(|c| given(*c))) {
                continue;
            }
            let masked = vague || key.columns.iter().any(|c| target.masked(*c));
            let pinned = key.columns.iter().any(|column| target.pin(*column).is_some());
            let hides_masks = target.of.masks.iter().any(Option::is_some);
            if hides_masks && masked || target.of.filter.is_some() && !pinned {
                let what = if masked { "masked values" } else { "rows that are not seen" };
                let message = format!("a unique key of `{}` would tell of {what}", target.known.name);
                let help = "numbers that the server makes up tell nothing; nor do keys with a column that the filter fixes";
                return self.refuse(span, &message, help);
            }
        }
        Ok(())
    }

    /// Refuses where a foreign key of the target would tell of rows of another table that are not seen.
    pub(super) fn parents_tell(
        &mut self,
        target: &Target,
        given: &dyn Fn(u32) -> bool,
    ) -> Result<(), Refused> {
        for key in &target.known.foreign_keys {
            if key.columns.iter().any(|column| given(*column)) && self.tells(key) {
                let message = format!(
                    "a foreign key of `{}` would tell of rows of `{}` that are not seen",
                    target.known.name, key.table
                );
                return self.refuse(self.air.source_span(target.source), &message, "");
            }
        }
        Ok(())
    }

    /// True if the table a key refers to has hidden rows, or masked columns in the key.
    pub(super) fn tells(&self, key: &ForeignKey) -> bool {
        let name = key.table.to_lowercase();
        if self.named(&name).next().is_none() {
            return self.protection.speaks_of(&name);
        }
        self.named(&name).any(|other| {
            let of = self.of_known(other);
            let referenced: Vec<u32> = match key.references.is_empty() {
                true => other.primary_key().map(|key| key.columns.clone()).unwrap_or_default(),
                false => key.references.iter().filter_map(|name| other.column(name)).collect(),
            };
            let masked = |column: &u32| of.masks.get(*column as usize).is_some_and(Option::is_some);
            of.filter.is_some() || referenced.iter().any(masked)
        })
    }

    /// Refuses to remove rows that hidden rows of another table may refer to, also by way of others: what is removed or
    /// changed with them may be referred to in turn.
    pub(super) fn children_tell(&mut self, target: &Target) -> Result<(), Refused> {
        let hidden = |other: &Table| {
            let of = self.of_known(other);
            let keyed = other.foreign_keys.iter().flat_map(|key| &key.columns);
            let masked =
                keyed.copied().any(|column| of.masks.get(column as usize).is_some_and(Option::is_some));
            of.filter.is_some() || masked
        };
        let mut open = vec![target.known.name.to_lowercase()];
        let mut seen: FxHashSet<String> = FxHashSet::default();
        let mut found = None;
        while let Some(name) = open.pop() {
            if self.indirect.referred_from_elsewhere.contains(&name) {
                found = Some("a table of another schema".to_owned());
            }
            for other in self.catalog.tables() {
                if !other.foreign_keys.iter().any(|key| key.table.to_lowercase() == name) {
                    continue;
                }
                if hidden(other) {
                    found = Some(format!("`{}`", other.name));
                }
                if seen.insert(other.name.to_lowercase()) {
                    open.push(other.name.to_lowercase());
                }
            }
        }
        match found {
            None => Ok(()),
            Some(other) => {
                let message = format!("rows of {other} that are not seen may refer to what is removed");
                self.refuse(self.air.source_span(target.source), &message, "")
            }
        }
    }

    /// True if a foreign key of any table refers to one of the columns.
    pub(super) fn is_referred(&self, target: &Target, assigned: &[u32]) -> bool {
        let name = target.known.name.to_lowercase();
        let is = |column: &String| target.known.column(column).is_some_and(|at| assigned.contains(&at));
        let in_key = target.known.keys.iter().any(|key| key.columns.iter().any(|c| assigned.contains(c)));
        let by_name = self
            .catalog
            .tables()
            .flat_map(|other| &other.foreign_keys)
            .any(|key| key.table.to_lowercase() == name && key.references.iter().any(is));
        in_key || by_name
    }

    /// Refuses to return numbers that go on after the greatest there is: they tell of rows that are not seen.
    pub(super) fn numbers_tell(&mut self, target: &Target, returning: List<Item>) -> Result<(), Refused> {
        let follows = |column: &air::catalog::Column| column.identity && column.numbering != Numbering::Apart;
        if returning.is_empty() || target.of.filter.is_none() || !target.known.columns.iter().any(follows) {
            return Ok(());
        }
        let message = "numbers that go on after the greatest there is tell of rows that are not seen";
        self.refuse(self.air.source_span(target.source), message, "do not return what is made up")
    }
}
