//! driftless: its own history table with checksums, one transaction per migration, each compared
//! with the expected schema before the commit.

use std::borrow::Cow;

use driftless::__private::{Blueprint, Object, Tree, blueprint, object};
use driftless::{Migration, Sqlite};
use peers_common::{Args, Peer, Result};
use rusqlite::Connection;

include!(concat!(env!("OUT_DIR"), "/set.rs"));

struct Driftless(Connection);

impl Peer for Driftless {
    type Source = ();

    /// Everything has been compiled in.
    fn load(args: &Args, _: &[peers_common::Migration]) -> Result<()> {
        match APP.migrations().len() == args.migrations as usize {
            true => Ok(()),
            false => Err("this program was built for another number of migrations".into()),
        }
    }

    fn open(args: &Args) -> Result<Self> {
        Ok(Driftless(Connection::open(&args.db)?))
    }

    fn migrate(&mut self, (): ()) -> Result<()> {
        APP.migrate(&mut self.0)?;
        Ok(())
    }
}

fn main() -> Result<()> {
    peers_common::main::<Driftless>()
}
