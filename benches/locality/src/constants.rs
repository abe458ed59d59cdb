//! What [`Costs`](stridewise::locality::Costs) are measured with: loops that each show one cost.
//!
//! A row of `(3500,520):(4160,8)+0` is on a page of its own, so walking axis 0 shows what a page
//! costs that the TLB has lost.

use crate::cases::Case;
use crate::time;

/// Nanoseconds per iteration of a statement in an order.
fn each(line: &str, order: &str) -> Result<f64, String> {
    let case = Case::read(line)?;
    let order = case.pattern.order(order).map_err(|error| error.to_string())?;
    Ok(time(&case.pattern.statement, &order)? / case.iterations())
}

/// Prints one line per figure.
pub fn print() -> Result<(), String> {
    println!("## Constants, ns per iteration\n\n| figure | loop | measured |\n|---|---|---|");
    let near = [
        ("load, store", "y[j] = x[j]*o[r]; x=zeros(1000); o=zeros(500)", "a vector of a copy"),
        (
            "load",
            "y[j] = x[j]*z[j]*u[j]*v[j]*w[j]*o[r]; x=zeros(600); z=zeros(600); u=zeros(600); v=zeros(600); w=zeros(600); o=zeros(500)",
            "five loads a store",
        ),
        (
            "scalar",
            "y[2*j] = x[2*j]*o[r] for j in 0:500; x=zeros(1000); y=zeros(1000); o=zeros(500)",
            "two elements apart",
        ),
        (
            "scalar",
            "y[2*j] = x[2*j]*z[2*j]*u[2*j]*o[r] for j in 0:300; x=zeros(600); z=zeros(600); u=zeros(600); y=zeros(600); o=zeros(500)",
            "four elements apart",
        ),
        ("chained", "s += x[j]*o[r]; x=zeros(1000); s=zeros(()); o=zeros(200)", "a long sum"),
        ("window", "y[r] += x[r,j]; x=zeros((200,200))", "sums of 200"),
        ("window", "y[r] += x[r,j]; x=zeros((50,50))", "sums of 50"),
        ("entry", "y[r,j] = x[r,j]; x=zeros((600,2))", "rows of 2"),
    ];
    for (figure, line, what) in near {
        println!("| {figure} | {what} | {:.3} |", each(line, "r,j")?);
    }
    // Lines that come one after the other: 8 elements of 8 bytes each.
    for (what, items) in
        [("behind L1", 40_000i64), ("behind L2", 1_000_000), ("memory", 15_000_000)]
    {
        let repeats = (1_000_000 / items).max(1);
        let rows = items / 500;
        let line = each(
            &format!("y[j] += x[i,j]*o[r]; x=zeros(({rows},500)); o=zeros({repeats})"),
            "r,i,j",
        )?;
        println!("| steady | {what}, per line | {:.2} |", line * 8.0);
    }
    // Lines apart: rows of a matrix, few enough to stay in the TLB, many enough to leave a cache.
    for (what, rows, items, lines) in [
        ("behind L1", 1000i64, 1032i64, 8i64),
        ("behind L2, neighbours follow", 1500, 1032, 40),
        ("behind L2, in few sets", 1024, 1024, 1),
    ] {
        let all = rows * items + 8 * lines;
        let line = format!(
            "y[i] = x[{items}*i+8*k]*o[r] for i in 0:{rows}, k in 0:{lines}; x=zeros({all}); o=zeros(20)"
        );
        println!("| jump | {what} | {:.2} |", each(&line, "r,k,i")?);
    }
    for items in [67i64, 136] {
        let all = 1_500_000 * items;
        let line = format!("y[i] = x[{items}*i] for i in 0:1500000; x=zeros({all})");
        println!("| jump | memory, {} bytes apart | {:.2} |", items * 8, each(&line, "i")?);
    }
    for rows in [200i64, 2000, 3500, 5000, 10_000] {
        let line =
            format!("y[i] = x[520*i]*o[r] for i in 0:{rows}; x=zeros({}); o=zeros(50)", rows * 520);
        println!("| page | {rows} pages in turn | {:.2} |", each(&line, "r,i")?);
    }
    Ok(())
}
