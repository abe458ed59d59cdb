//! Statements by chance, which no model was developed on: the same ones for the same seed.
//!
//! Copies into another order of axes, sums over some axes, products of arrays that lie
//! differently: arrays such as `(310,420):(3360,8)+0`, up to 32 MiB each.

/// Random numbers: SplitMix64 (Steele, Lea and Flood 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }

    fn shuffled(&mut self, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        for last in (1..count).rev() {
            order.swap(last, self.below(last + 1));
        }
        order
    }
}

/// So many lines of a list of cases.
pub fn lines(seed: u64, count: usize) -> Vec<String> {
    let mut random = Random(seed);
    (0..count).map(|_| line(&mut random)).collect()
}

fn line(random: &mut Random) -> String {
    let rank = 2 + random.below(2);
    let most = if rank == 2 { 2000 } else { 150 };
    let extents: Vec<usize> = (0..rank).map(|_| most / 8 + random.below(most * 7 / 8)).collect();
    let names = &["i", "j", "k"][..rank];
    let dtype = if random.below(4) == 0 { "f4" } else { "f8" };
    let spelled = |order: &[usize]| order.iter().map(|&at| names[at]).collect::<Vec<_>>().join(",");
    let array = |name: &str, order: &[usize]| {
        let extents: Vec<String> = order.iter().map(|&at| extents[at].to_string()).collect();
        format!("{name}=zeros(({},), dtype='{dtype}')", extents.join(","))
    };
    let whole: Vec<usize> = (0..rank).collect();
    let (a, b) = (random.shuffled(rank), random.shuffled(rank));
    match random.below(4) {
        0 => {
            let target = spelled(&random.shuffled(rank));
            format!("t[{target}] = a[{}] ; {}", spelled(&a), array("a", &a))
        }
        1 => {
            let kept = 1 + random.below(rank - 1);
            let target = spelled(&random.shuffled(rank)[..kept]);
            format!("s[{target}] += a[{}] ; {}", spelled(&a), array("a", &a))
        }
        2 => format!(
            "t[{}] = a[{}] * b[{}] ; {} ; {}",
            spelled(&whole),
            spelled(&a),
            spelled(&b),
            array("a", &a),
            array("b", &b)
        ),
        _ => {
            let over = random.below(rank);
            let target: Vec<usize> = whole.iter().copied().filter(|&at| at != over).collect();
            let vector = [over];
            format!(
                "s[{}] += a[{}] * x[{}] ; {} ; {}",
                spelled(&target),
                spelled(&a),
                spelled(&vector),
                array("a", &a),
                array("x", &vector)
            )
        }
    }
}
