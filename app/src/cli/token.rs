//! `frontdesk token`: manages API tokens.
use std::process::ExitCode;

use clap::Subcommand;
use frontdesk_ports::Accounts;
use frontdesk_ports::access::{ApiToken, Scope, Scopes};

use serde_json::{Value, json};

use super::Failure;
use super::user::{accounts, failed, operator, refused};
use crate::config::Config;

#[derive(Debug, Subcommand)]
pub(super) enum TokenCommand {
    /// Create a token and print it; it cannot be shown again.
    #[command(after_help = "Example:\n  frontdesk token create --name crm --scope calls,work")]
    Create {
        /// The purpose.
        #[arg(long)]
        name: String,
        /// Permissions: calls, audio, metrics, work; several with commas [default: all].
        #[arg(long, value_delimiter = ',')]
        scope: Vec<Scope>,
    },
    /// List tokens.
    List {
        /// Print them as one JSON document.
        #[arg(long)]
        json: bool,
    },
    /// Revoke a token.
    Revoke {
        /// The token's name.
        name: String,
    },
}

impl TokenCommand {
    pub(super) async fn run(self, config: Config) -> Result<ExitCode, Failure> {
        let (accounts, by) = (accounts(&config).await?, operator());
        match self {
            Self::Create { name, scope } => {
                let scopes =
                    if scope.is_empty() { Scopes::all() } else { Scopes(scope.into_iter().collect()) };
                let token = accounts.create_token(&by, &name, scopes).await;
                println!("{}", token.map_err(refused("a token", &name))?);
            }
            Self::List { json: true } => {
                let tokens = accounts.tokens().await.map_err(failed)?;
                let tokens = tokens.iter().map(|token| {
                    let scopes: Vec<&str> = token.scopes.0.iter().map(|scope| scope.as_str()).collect();
                    let used = token.last_used_at.map(|at| at.to_string());
                    let created = token.created_at.to_string();
                    json!({"name": token.name, "scopes": scopes, "created_at": created, "last_used_at": used})
                });
                println!("{:#}", json!({ "tokens": tokens.collect::<Value>() }));
            }
            Self::List { json: false } => {
                for token in accounts.tokens().await.map_err(failed)? {
                    let used = token.last_used_at.map_or_else(|| "never".to_owned(), |at| at.to_string());
                    let ApiToken { name, scopes, created_at, .. } = token;
                    println!("{name}\t{scopes}\tsince {created_at}\tlast used {used}");
                }
            }
            Self::Revoke { name } => {
                accounts.revoke_token(&by, &name).await.map_err(refused("a token", &name))?;
                println!("the token {name} is no longer valid");
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
