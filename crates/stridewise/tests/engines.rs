//! The exact engines agree with one another, and with a cache written as plainly as possible.

use proptest::prelude::*;
use stridewise::control::Control;
use stridewise::locality::{Counts, Exact, Simulated, simulate};
use stridewise::machine::{CacheLevel, Machine, Source};
use stridewise::nest::{Access, Effect, Loop, Nest, Node};

fn run(nest: &Nest, machine: &Machine, engine: Exact) -> Simulated {
    simulate(nest, machine, engine, u64::MAX, &Control::quiet()).unwrap()
}

/// Every access in order, as (site, access, address).
fn walk(
    body: &[Node],
    at: &mut Vec<i64>,
    site: &mut usize,
    visit: &mut dyn FnMut(usize, &Access, i64),
) {
    for node in body {
        match node {
            Node::Access(access) => {
                let address = access.base
                    + at.iter().zip(&access.coefficients).map(|(i, c)| i * c).sum::<i64>();
                visit(*site, access, address);
                *site += 1;
            }
            Node::Loop(inner) => {
                let first = *site;
                for index in 0..inner.extent {
                    *site = first;
                    at.push(index);
                    walk(&inner.body, at, site, visit);
                    at.pop();
                }
                *site = first + sites(&inner.body);
            }
        }
    }
}

fn sites(body: &[Node]) -> usize {
    body.iter()
        .map(|node| match node {
            Node::Access(_) => 1,
            Node::Loop(inner) => sites(&inner.body),
        })
        .sum()
}

fn index(value: i64) -> usize {
    value.try_into().unwrap()
}

/// Misses per site and level: a set is a list of lines, least recently used first.
fn plainly(nest: &Nest, machine: &Machine) -> Vec<Vec<u128>> {
    let levels = machine.caches();
    let mut sets: Vec<Vec<Vec<i64>>> =
        levels.iter().map(|level| vec![Vec::new(); index(level.sets())]).collect();
    let mut misses = vec![vec![0; levels.len()]; sites(nest.body())];
    walk(nest.body(), &mut Vec::new(), &mut 0, &mut |site, access, address| {
        if access.effect == Effect::Stream {
            return;
        }
        for (level, cache) in levels.iter().enumerate() {
            let mut missed = false;
            let first = address.div_euclid(cache.line());
            let last = (address + access.size - 1).div_euclid(cache.line());
            for line in first..=last {
                let set = &mut sets[level][index(line.rem_euclid(cache.sets()))];
                match set.iter().position(|&held| held == line) {
                    Some(at) => {
                        set.remove(at);
                    }
                    None => missed = true,
                }
                set.push(line);
                if set.len() > index(cache.ways()) {
                    set.remove(0);
                }
            }
            if !missed {
                break;
            }
            misses[site][level] += 1;
        }
    });
    misses
}

fn misses(counts: &Counts) -> Vec<Vec<u128>> {
    counts.sites.iter().map(|site| site.misses.clone()).collect()
}

fn strides() -> impl Strategy<Value = i64> {
    prop_oneof![
        Just(0i64),
        Just(8),
        Just(-8),
        Just(64),
        -3i64..4,
        (-40i64..40).prop_map(|lines| lines * 16),
        -700i64..700,
    ]
}

fn access(depth: usize) -> impl Strategy<Value = Node> {
    let effect = prop_oneof![
        4 => Just(Effect::Read),
        2 => Just(Effect::Write),
        1 => Just(Effect::Stream),
    ];
    let base = prop_oneof![Just(0i64), -100i64..4000, (0i64..6).prop_map(|region| region << 24)];
    let size = prop_oneof![6 => Just(8i64), 2 => 1i64..12, 1 => 1i64..300];
    (effect, base, size, prop::collection::vec(strides(), depth)).prop_map(
        |(effect, base, size, coefficients)| {
            let coefficients = coefficients.as_slice().into();
            Node::Access(Access { operand: 0, effect, size, base, coefficients })
        },
    )
}

/// Trees of up to three loops around each other, with long loops outside or inside.
fn body(depth: usize) -> BoxedStrategy<Vec<Node>> {
    if depth == 3 {
        return prop::collection::vec(access(depth), 1..4).boxed();
    }
    let extent = prop_oneof![3 => 0i64..12, 2 => 12i64..60, 1 => 60i64..400];
    let inner =
        (extent, body(depth + 1)).prop_map(|(extent, body)| Node::Loop(Loop { extent, body }));
    let node = prop_oneof![2 => inner, 1 => access(depth)];
    prop::collection::vec(node, 1..3).boxed()
}

fn cache() -> impl Strategy<Value = CacheLevel> {
    (1i64..7, 1i64..4, 4u32..7).prop_map(|(sets, ways, bits)| {
        let line = 1 << bits;
        CacheLevel::new("", sets * ways * line, ways, line, Source::Given).unwrap()
    })
}

fn machine() -> impl Strategy<Value = Machine> {
    prop::collection::vec(cache(), 1..4).prop_map(|caches| Machine::new(caches).unwrap())
}

fn total(body: &[Node]) -> i64 {
    body.iter()
        .map(|node| match node {
            Node::Access(_) => 1,
            Node::Loop(inner) => inner.extent * total(&inner.body),
        })
        .sum()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, max_global_rejects: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn engines_agree(body in body(0), machine in machine()) {
        prop_assume!(total(&body) < 200_000);
        let nest = Nest::new(body).unwrap();
        let naive = run(&nest, &machine, Exact::Naive);
        prop_assert_eq!(misses(&naive.counts), plainly(&nest, &machine));
        prop_assert_eq!(&run(&nest, &machine, Exact::Runs).counts, &naive.counts);
        prop_assert_eq!(&run(&nest, &machine, Exact::Warps).counts, &naive.counts);
    }
}

/// Exact engines on a nest whose caches repeat over one loop while lines of an earlier one, left
/// in the way of the walk, do not: warping has to notice.
#[test]
fn lines_left_by_an_earlier_loop_do_not_mislead() {
    for stale in 0..40 {
        for far in [4096, 6400, 12_800] {
            let text = format!(
                "case a\nL 2\nA r 8 {} 64\nE\nL 900\nA r 8 0 16\nA r 8 {far} 16\nA r 8 {} 0\nE\n",
                stale * 160 + 3,
                far + 40_000
            );
            let nest = &stridewise::nest::read_cases(&text).unwrap()[0].nest;
            for (sets, ways) in [(1, 4), (2, 3), (5, 2)] {
                let cache = CacheLevel::new("", sets * ways * 64, ways, 64, Source::Given).unwrap();
                let machine = Machine::new(vec![cache]).unwrap();
                let warped = run(nest, &machine, Exact::Warps);
                assert_eq!(warped.counts, run(nest, &machine, Exact::Naive).counts, "{text}");
            }
        }
    }
}

/// W4 of warping. Sixteen lines of an earlier loop lie ahead of the walk of a and step like it, up
/// to where b begins: with the lines of b in front of them they look, once a's own set is full,
/// as if the whole set had moved by a's step. But only b goes on there, and its step is another:
/// who takes the lines for a's counts 11 misses too many in the last loop, which reads b again.
#[test]
fn lines_do_not_walk_from_one_region_into_another() {
    let text = "case a
L 16\nA r 8 94208 512\nE
L 200\nL 4\nA r 8 64 512 128\nE\nA r 8 102400 128\nE
L 16\nA r 8 125952 128\nE
";
    let nest = &stridewise::nest::read_cases(text).unwrap()[0].nest;
    let cache = CacheLevel::new("", 2 * 16 * 64, 16, 64, Source::Given).unwrap();
    let machine = Machine::new(vec![cache]).unwrap();
    let naive = run(nest, &machine, Exact::Naive);
    assert_eq!(misses(&naive.counts), plainly(nest, &machine));
    assert_eq!(run(nest, &machine, Exact::Warps).counts, naive.counts);
}
