//! Contenders of this process: a closure, timed from outside.
//!
//! `Reused` writes into the case's destination, such as `(3,2):(16,8)+0`; `Fresh` makes memory of
//! its own each time, and giving it back is not part of its time.

use std::hint::black_box;

use stridewise_harness::{Contender, Entrant, Expect, Kind};

use crate::arrays::Memory;
use crate::clock::Clock;

/// A name with what it is there for and what its result should be.
pub type Role<'a> = (&'a str, Kind, Expect);

/// Runs a closure that writes into the case's destination.
pub struct Reused {
    clock: Clock,
    destination: Memory,
    run: Box<dyn FnMut()>,
}

impl Reused {
    /// As an entrant.
    pub fn entrant(
        role: Role<'_>,
        clock: Clock,
        destination: &Memory,
        run: impl FnMut() + 'static,
    ) -> Entrant {
        let reused = Reused { clock, destination: destination.clone(), run: Box::new(run) };
        let (name, kind, expect) = role;
        Entrant { name: name.to_string(), kind, expect, contender: Box::new(reused) }
    }
}

impl Contender for Reused {
    fn run(&mut self, repeats: u32) -> Result<f64, String> {
        let start = self.clock.now();
        for _ in 0..repeats {
            (self.run)();
        }
        Ok((self.clock.now() - start) / f64::from(repeats))
    }

    fn show(&mut self, look: &mut dyn FnMut(&[u8])) -> Result<(), String> {
        self.destination.bytes_mut().fill(0xa5);
        (self.run)();
        look(self.destination.bytes());
        Ok(())
    }
}

/// Runs a closure that returns new memory.
pub struct Fresh<M> {
    clock: Clock,
    make: Box<dyn FnMut() -> M>,
    bytes: fn(&M) -> &[u8],
}

impl<M: 'static> Fresh<M> {
    /// As an entrant.
    pub fn entrant(
        role: Role<'_>,
        clock: Clock,
        bytes: fn(&M) -> &[u8],
        make: impl FnMut() -> M + 'static,
    ) -> Entrant {
        let fresh = Fresh { clock, make: Box::new(make), bytes };
        let (name, kind, expect) = role;
        Entrant { name: name.to_string(), kind, expect, contender: Box::new(fresh) }
    }
}

impl<M> Contender for Fresh<M> {
    fn run(&mut self, repeats: u32) -> Result<f64, String> {
        let mut time = 0.0;
        for _ in 0..repeats {
            let start = self.clock.now();
            let made = black_box((self.make)());
            time += self.clock.now() - start;
            drop(made);
        }
        Ok(time / f64::from(repeats))
    }

    fn show(&mut self, look: &mut dyn FnMut(&[u8])) -> Result<(), String> {
        look((self.bytes)(&(self.make)()));
        Ok(())
    }
}

/// Takes part in name only: what it is asked for is not there.
pub struct Unable(pub String);

impl Unable {
    /// As an entrant of ours.
    pub fn entrant(why: String) -> Entrant {
        let (name, kind, expect) = ("stridewise".to_string(), Kind::Ours, Expect::Result);
        Entrant { name, kind, expect, contender: Box::new(Unable(why)) }
    }
}

impl Contender for Unable {
    fn run(&mut self, _: u32) -> Result<f64, String> {
        Err(self.0.clone())
    }

    fn show(&mut self, _: &mut dyn FnMut(&[u8])) -> Result<(), String> {
        Err(self.0.clone())
    }
}
