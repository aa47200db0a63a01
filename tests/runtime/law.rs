//! The law of this crate: whatever state a database is found in, migrating it ends at the final schema with all of its
//! rows, or is refused and changes not one byte.

#[path = "law/chain.rs"]
pub(crate) mod chain;
#[path = "law/judge.rs"]
mod judge;
#[path = "law/travel.rs"]
mod travel;
#[path = "law/world.rs"]
mod world;

use std::cell::RefCell;

use crate::generate::law;
use judge::Tally;

#[test]
fn any_state_in_one_state_out() {
    let tally = RefCell::new(Tally::default());
    law("states", 120, 500, |c| match world::world(c) {
        Some(world) => judge::judge(&world, &mut tally.borrow_mut()).map_err(|what| world.tell(&what)),
        None => Ok(()),
    });
    let tally = tally.into_inner();
    println!("{tally:#?}");
    assert!(tally.migrated.values().sum::<usize>() > 50, "{tally:#?}");
}
