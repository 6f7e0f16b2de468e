//! The command: which case, against which server, how often.

mod options;

use std::io::{Write, stderr, stdout};

use anyhow::Context;
use clap::Parser;
use salala_bench::engines::compare;
use salala_bench::stage::measure;

use crate::options::Options;

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    // One thread: the generator shares the machine with what it measures, and must not take turns
    // with itself besides.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the runtime cannot be started")?;
    runtime.block_on(run(&options))
}

async fn run(options: &Options) -> anyhow::Result<()> {
    if let Some((peers, effort)) = options.engines() {
        let tell = |line: &str| {
            // Progress may be lost with the terminal, figures may not.
            drop(writeln!(stderr(), "{line}"));
        };
        let comparison = compare(peers, effort, tell).await?;
        if options.json() {
            comparison.write_json(&mut stdout().lock())?;
        } else {
            comparison.write_table(&mut stdout().lock())?;
        }
        return Ok(());
    }
    let provider = options.provider()?;
    let stage = options.stage(provider.as_ref())?;
    let Some((name, case)) = options.case(provider) else { return Ok(()) };
    writeln!(stderr(), "{name}: {} …", case.setup())?;
    let report = measure(name, &case, &stage, options.runs()).await?;
    if options.json() {
        report.write_json(&mut stdout().lock())?;
    } else {
        report.write_table(&mut stdout().lock())?;
    }
    Ok(())
}
