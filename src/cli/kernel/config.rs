//! `airc kernel config`: where a value comes from, and whether a file is right.

use super::super::{Failure, Verdict, failure};
use clap::{Args, Subcommand};
use sqlx_kernel::config::Config;
use sqlx_kernel::config::keys::{self, Effect};
use std::path::{Path, PathBuf};

/// What is asked of a configuration.
#[derive(Args)]
pub(in crate::cli) struct Ask {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Print what each layer says of a key, and which one wins
    Explain {
        /// A key, such as `pools.pg.max`
        #[arg(value_name = "KEY")]
        key: String,
        /// The file of the workspace
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
        /// As it is for a tenant
        #[arg(long, value_name = "NAME")]
        tenant: Option<String>,
    },
    /// Say whether a file would be taken
    Check {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

/// Defaults under the variables of this process.
pub(in crate::cli) fn environment() -> Result<Config, Failure> {
    Ok(Config::from_environment(std::env::vars())?)
}

fn read(path: &Path) -> Result<Config, Failure> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| Failure(format!("{name}: {error}")))?;
    Ok(environment()?.with_file(&name, &text)?)
}

/// Runs the command.
pub(super) fn run(ask: &Ask) -> Result<Verdict, Failure> {
    match &ask.what {
        What::Explain { key, config, tenant } => {
            let config = config.as_deref().map_or_else(environment, read)?;
            explain(&config, key, tenant.as_deref())
        }
        What::Check { file } => {
            let config = read(file)?;
            for path in config.without_effect() {
                println!("`{path}` is set and has no effect yet");
            }
            println!("{} is fine", file.display());
            Ok(Verdict::Fine)
        }
    }
}

fn explain(config: &Config, path: &str, tenant: Option<&str>) -> Result<Verdict, Failure> {
    let Some(key) = keys::find(path) else {
        let hint =
            keys::nearest(path).map_or_else(String::new, |key| format!("; did you mean `{}`?", key.path));
        return failure(format!("`{path}` is not known{hint}"));
    };
    let effect = match key.effect {
        Effect::Live => "takes effect while the kernel runs",
        Effect::Start => "takes effect when the kernel starts",
        Effect::None => "has no effect yet",
    };
    println!("{path}: {}; {effect}", key.what);
    let layers = config.layers(path, tenant);
    for (i, (layer, value)) in layers.iter().enumerate() {
        let mark = if i + 1 == layers.len() { "=>" } else { "  " };
        println!("{mark} {value}  ({layer})");
    }
    Ok(Verdict::Fine)
}
