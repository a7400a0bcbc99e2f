//! What is configured, layer by layer: defaults, the environment, a file of the workspace, a tenant's own. A later layer
//! wins; where a value came from can be asked.
//!
//! A table of keys ([`keys::KEYS`]) rather than structs read by a crate for configuration: every layer's value is kept,
//! not only the winner's, and a name that is not known is answered with the nearest one in any layer.

pub mod keys;
mod live;

pub use live::{Live, Look};

use keys::{Effect, KEYS, Key, Takes};
use serde_json::Value;
use sqlx_kernel_core::failure::{Failure, Kind};
use sqlx_kernel_core::pool::Settings;
use sqlx_kernel_core::schedule::PerClass;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// Longest file that is read.
const FILE_BYTES_MAX: usize = 1 << 20;

/// Where a value comes from. Later ones win.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Layer {
    /// The program's own.
    Default,
    /// A variable of the environment.
    Environment(String),
    /// The file of the workspace.
    Workspace(String),
    /// The same, below the name of a tenant.
    Tenant(String),
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Layer::Default => f.write_str("default"),
            Layer::Environment(name) => write!(f, "environment, {name}"),
            Layer::Workspace(file) => write!(f, "workspace, {file}"),
            Layer::Tenant(name) => write!(f, "tenant {name}"),
        }
    }
}

/// A configuration, whole and valid.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Config {
    /// Values by path, in the order of their layers.
    values: BTreeMap<&'static str, Vec<(Layer, Value)>>,
}

impl Config {
    /// The defaults, under the variables of the environment.
    pub fn from_environment(
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Config, Failure> {
        let mut config = Config::default();
        for key in KEYS {
            config.put(Layer::Default, key, parsed(key.default))?;
        }
        for (name, text) in variables {
            // The prefix is shared with others; the sections are ours.
            let ours = KEYS.iter().any(|key| {
                let section = key.path.split('.').next().unwrap_or_default();
                name.starts_with(&format!("{}_", keys::variable(section)))
            });
            if !ours {
                continue;
            }
            match KEYS.iter().find(|key| keys::variable(key.path) == name) {
                Some(key) => config.put(Layer::Environment(name), key, parsed(&text))?,
                None => {
                    let nearest = KEYS
                        .iter()
                        .map(|key| keys::variable(key.path))
                        .find(|known| known.starts_with(&name[..name.len().min(12)]));
                    let hint = nearest.map_or_else(String::new, |name| format!("; {name} is"));
                    return Err(usage(format!("the variable {name} is not known{hint}")));
                }
            }
        }
        Ok(config)
    }

    /// The same under a file of the workspace. `name`: what it is called in messages.
    pub fn with_file(mut self, name: &str, text: &str) -> Result<Config, Failure> {
        if text.len() > FILE_BYTES_MAX {
            return Err(usage(format!("{name}: a configuration is of {FILE_BYTES_MAX} bytes at most")));
        }
        let file: Value = serde_yaml_ng::from_str(text).map_err(|error| usage(format!("{name}: {error}")))?;
        let Some(root) = file.as_object() else {
            return Err(usage(format!("{name}: everything is below `sqlx:`")));
        };
        let mut tenants = None;
        for (word, below) in root {
            if word != "sqlx" {
                return Err(usage(format!("{name}: `{word}` is not known; everything is below `sqlx:`")));
            }
            let Some(sections) = below.as_object() else {
                return Err(usage(format!("{name}: there is nothing below `sqlx:`")));
            };
            for (section, value) in sections {
                match section.as_str() {
                    "tenants" => tenants = Some(value),
                    section => self.take(&Layer::Workspace(name.to_owned()), section, value)?,
                }
            }
        }
        for (tenant, sections) in tenants.and_then(Value::as_object).into_iter().flatten() {
            for (section, value) in sections.as_object().into_iter().flatten() {
                self.take(&Layer::Tenant(tenant.clone()), section, value)?;
            }
        }
        self.whole()
    }

    fn take(&mut self, layer: &Layer, path: &str, value: &Value) -> Result<(), Failure> {
        if let Some(key) = keys::find(path) {
            if matches!(layer, Layer::Tenant(_)) && !key.per_tenant {
                return Err(usage(format!("{layer}: `{path}` is the same for all tenants")));
            }
            return self.put(layer.clone(), key, value.clone());
        }
        match value.as_object() {
            Some(below) if KEYS.iter().any(|key| key.path.starts_with(&format!("{path}."))) => {
                below.iter().try_for_each(|(word, value)| self.take(layer, &format!("{path}.{word}"), value))
            }
            _ => {
                let hint = keys::nearest(path)
                    .map_or_else(String::new, |key| format!("; did you mean `{}`?", key.path));
                Err(usage(format!("{layer}: `{path}` is not known{hint}")))
            }
        }
    }

    fn put(&mut self, layer: Layer, key: &'static Key, value: Value) -> Result<(), Failure> {
        let wrong = |expected: String| usage(format!("{layer}: `{}` is {expected}, not {value}", key.path));
        match key.takes {
            Takes::Number(least, most) => {
                let fits = value.as_u64().is_some_and(|number| (least..=most).contains(&number));
                fits.then_some(()).ok_or_else(|| wrong(format!("a whole number from {least} to {most}")))?;
            }
            Takes::Share(least, most) => {
                let fits = value.as_f64().is_some_and(|number| (least..=most).contains(&number));
                fits.then_some(()).ok_or_else(|| wrong(format!("a number from {least} to {most}")))?;
            }
            Takes::Switch => value.as_bool().map(drop).ok_or_else(|| wrong("true or false".to_owned()))?,
            // An empty default is no value.
            Takes::Text if value.is_null() => {}
            Takes::Text => value.as_str().map(drop).ok_or_else(|| wrong("a text".to_owned()))?,
            Takes::Texts => {
                let texts = value.as_array().filter(|items| items.iter().all(Value::is_string));
                texts.map(drop).ok_or_else(|| wrong("a list of texts".to_owned()))?;
            }
        }
        self.values.entry(key.path).or_default().push((layer, value));
        Ok(())
    }

    /// What no key can say alone.
    fn whole(self) -> Result<Config, Failure> {
        for engine in ["mysql", "pg", "sqlite"] {
            let (min, max) = (format!("pools.{engine}.min"), format!("pools.{engine}.max"));
            if self.number(&min, None) > self.number(&max, None) {
                return Err(usage(format!("`{min}` is more than `{max}`")));
            }
        }
        if self.weights().0.iter().sum::<f64>() <= 0.0 {
            return Err(usage("the shares of `sched.classes` are all 0".to_owned()));
        }
        Ok(self)
    }

    /// The values of a key that count for a tenant, in the order of their layers: the last one wins.
    pub fn layers(&self, path: &str, tenant: Option<&str>) -> Vec<(&Layer, &Value)> {
        let all = self.values.get(path).into_iter().flatten();
        let counts = |layer: &Layer| match layer {
            Layer::Tenant(name) => Some(name.as_str()) == tenant,
            _ => true,
        };
        all.filter(|(layer, _)| counts(layer)).map(|(layer, value)| (layer, value)).collect()
    }

    /// Keys that were set and have no effect yet.
    pub fn without_effect(&self) -> Vec<&'static str> {
        let set = |key: &&Key| self.values.get(key.path).is_some_and(|layers| layers.len() > 1);
        KEYS.iter().filter(|key| key.effect == Effect::None).filter(set).map(|key| key.path).collect()
    }

    fn get(&self, path: &str, tenant: Option<&str>) -> &Value {
        self.layers(path, tenant).last().map_or(&Value::Null, |(_, value)| value)
    }

    fn number(&self, path: &str, tenant: Option<&str>) -> u64 {
        self.get(path, tenant).as_u64().unwrap_or_default()
    }

    /// How a pool of an engine is to be: `mysql`, `pg` or `sqlite`.
    pub fn pool(&self, engine: &str) -> Settings {
        let of = |name: &str| self.number(&format!("pools.{engine}.{name}"), None);
        let size = |name: &str| usize::try_from(of(name)).unwrap_or(usize::MAX);
        Settings {
            min: size("min"),
            max: size("max"),
            keep_alive: Duration::from_millis(of("keepAliveMs")),
            acquire_timeout: Duration::from_millis(of("acquireTimeoutMs")),
            preempt: self.get("sched.preempt", None).as_bool().unwrap_or(true),
            ..Settings::default()
        }
    }

    /// Shares of the classes.
    pub fn weights(&self) -> PerClass<f64> {
        let of = |class: &str| self.get(&format!("sched.classes.{class}"), None).as_f64().unwrap_or_default();
        PerClass(["L", "B", "A", "S"].map(of))
    }

    /// How long a statement of a tenant may take.
    pub fn statement_timeout(&self, tenant: &str) -> Option<Duration> {
        let millis = self.number("timeouts.statementMs", Some(tenant));
        (millis > 0).then(|| Duration::from_millis(millis))
    }
}

/// A text as YAML has it: numbers are numbers.
fn parsed(text: &str) -> Value {
    serde_yaml_ng::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

fn usage(message: String) -> Failure {
    Failure::new(Kind::Usage, message)
}

#[cfg(test)]
mod tests;
