//! Layout operations on small layouts beside the oracle, and on hostile numbers alone.
//!
//! A chain such as `(2,3):(24,8)+0`, `.T`, `[::-1]` is carried on the layout and on the list of
//! where each element lies; the two never part.

use stridewise::layout::{
    Answer, CopyOrder, IndexOrder, Layout, LayoutError, Pick, Reshape, Window, Work,
    broadcast_shapes, overlap as layouts_overlap, self_overlap,
};
use stridewise_oracle::{Listing, Order, Selector, Strided};

use crate::dice::Dice;

/// More elements than this are not listed.
const MOST: i64 = 3000;

fn layout(strided: &Strided) -> Layout {
    Layout::new(&strided.shape, &strided.strides, strided.offset, strided.itemsize)
        .expect("small numbers are legal")
}

fn listed(layout: &Layout) -> Listing {
    Strided::new(layout.shape(), layout.strides(), layout.offset(), layout.itemsize()).list()
}

fn signed(axes: &[usize]) -> Vec<i64> {
    axes.iter().map(|&axis| axis as i64).collect()
}

/// Some axes in some order, none twice.
fn axes(dice: &mut Dice, rank: usize) -> Vec<usize> {
    let mut axes: Vec<usize> = (0..rank).collect();
    for at in (1..rank).rev() {
        axes.swap(at, dice.below(at + 1));
    }
    axes
}

/// A layout and its list through a few operations.
pub(crate) fn chain(data: &[u8]) {
    let mut dice = Dice(data);
    let strided = dice.strided();
    let mut layout = layout(&strided);
    let mut list = strided.list();
    let mut told = strided.to_string();
    for _ in 0..12 {
        if dice.is_empty() || layout.size() > MOST || layout.rank() > 8 {
            break;
        }
        let Some((name, got, want)) = step(&mut dice, &layout, &list) else { continue };
        told.push_str(&name);
        let Some(want) = want else {
            assert!(got.is_err(), "{told} gives {got:?}");
            continue;
        };
        if want.offsets.len() > 100_000 {
            return;
        }
        match got {
            Ok(Outcome::View(view)) => {
                assert_eq!(view.shape(), want.shape, "{told}");
                assert_eq!(listed(&view), want, "{told} gives {view}");
                (layout, list) = (view, want);
            }
            Ok(Outcome::Copy(copy)) => {
                assert_eq!(want.fit(), None, "{told} copies");
                assert_eq!(copy.shape(), want.shape, "{told}");
                list = listed(&copy);
                layout = copy;
            }
            Err(error) => panic!("{told}: {error}"),
        }
        ask_everything(&layout, &list, &told);
    }
}

#[derive(Debug)]
enum Outcome {
    View(Layout),
    Copy(Layout),
}

type Step = (String, Result<Outcome, LayoutError>, Option<Listing>);

/// One operation: what it is called, what the layout says, and what the list says.
fn step(dice: &mut Dice, layout: &Layout, list: &Listing) -> Option<Step> {
    let rank = layout.rank();
    let view = |made: Result<Layout, LayoutError>| made.map(Outcome::View);
    Some(match dice.below(12) {
        0 => {
            let axes = axes(dice, rank);
            let made = layout.permute(&axes);
            (format!(".permute({axes:?})"), view(made), Some(list.permute(&axes)))
        }
        1 | 2 => {
            let selectors: Vec<Selector> = (0..dice.below(5)).map(|_| selector(dice)).collect();
            let made = layout.slice(&selectors.iter().map(pick).collect::<Vec<_>>());
            (format!("{selectors:?}"), view(made), list.select(&selectors))
        }
        3 => {
            let mut axes = axes(dice, rank);
            axes.truncate(dice.below(rank + 1));
            let made = layout.flip(&signed(&axes));
            (format!(".flip({axes:?})"), view(made), Some(list.flip(&axes)))
        }
        4 => {
            let shape: Vec<i64> = layout
                .shape()
                .iter()
                .map(|&extent| if extent == 1 { dice.within(0..=3) } else { extent })
                .collect();
            let shape = [&dice.list(dice.0.len().min(2), 1..=2)[..], &shape].concat();
            (
                format!(".broadcast({shape:?})"),
                view(layout.broadcast_to(&shape)),
                list.broadcast(&shape),
            )
        }
        5 if rank > 0 => {
            let axis = dice.below(rank);
            let (size, step, dilation) =
                (dice.within(0..=4), dice.within(1..=3), dice.within(1..=3));
            let window = Window {
                step: [step][..].into(),
                dilation: [dilation][..].into(),
                ..Window::over(&[size], &[axis as i64])
            };
            let want = list.window(&[axis], &[size], &[step], &[dilation]);
            (format!(".{window:?}"), view(layout.window(&window)), want)
        }
        6 if rank > 1 => {
            let axes = axes(dice, rank);
            let offset = dice.within(-3..=3);
            let made = layout.diagonal(offset, axes[0] as i64, axes[1] as i64);
            let want = list.diagonal(offset, axes[0], axes[1]);
            (format!(".diagonal({offset}, {axes:?})"), view(made), Some(want))
        }
        7 | 8 => {
            let shape = reshaped(dice, layout.shape());
            let (order, read) = *dice.pick(&[(IndexOrder::C, Order::C), (IndexOrder::F, Order::F)]);
            let made = layout.reshape(&shape, order).map(|made| match made {
                Reshape::View(layout) => Outcome::View(layout),
                Reshape::Copy { layout, .. } => Outcome::Copy(layout),
            });
            (format!(".reshape({shape:?}, {order:?})"), made, Some(list.reshape(&shape, read)))
        }
        9 => {
            let itemsize = *dice.pick(&[1, 2, 4, 8, 3]);
            let old = layout.itemsize();
            if itemsize == old || (itemsize < old && old % itemsize != 0) {
                return None;
            }
            let want = list.reinterpret(old, itemsize).filter(|list| list.fit().is_some());
            (format!(".reinterpret({itemsize})"), view(layout.reinterpret(itemsize)), want)
        }
        10 => {
            let axis = dice.below(rank + 1);
            let made = layout.expand_dims(&[axis as i64]);
            (format!(".expand_dims({axis})"), view(made), Some(list.expand(&[axis])))
        }
        _ => {
            let single: Vec<usize> = (0..rank).filter(|&axis| layout.shape()[axis] == 1).collect();
            (".squeeze()".to_string(), view(layout.squeeze(None)), Some(list.squeeze(&single)))
        }
    })
}

fn selector(dice: &mut Dice) -> Selector {
    let bound = |dice: &mut Dice| (dice.below(3) > 0).then(|| dice.within(-6..=6));
    match dice.below(6) {
        0 => Selector::At(dice.within(-3..=3)),
        1 => Selector::NewAxis,
        2 => Selector::Ellipsis,
        _ => {
            let (start, stop) = (bound(dice), bound(dice));
            Selector::Slice(start, stop, (dice.below(2) > 0).then(|| dice.within(-3..=3)))
        }
    }
}

fn pick(selector: &Selector) -> Pick {
    match *selector {
        Selector::At(position) => Pick::At(position),
        Selector::Slice(start, stop, step) => Pick::Slice { start, stop, step },
        Selector::NewAxis => Pick::NewAxis,
        Selector::Ellipsis => Pick::Ellipsis,
    }
}

/// A shape of as many elements: two axes merged, one split, or everything flat.
fn reshaped(dice: &mut Dice, shape: &[i64]) -> Vec<i64> {
    let mut shape = shape.to_vec();
    for _ in 0..=dice.below(3) {
        match dice.below(4) {
            0 if shape.len() > 1 => {
                let at = dice.below(shape.len() - 1);
                let extent = shape.remove(at);
                shape[at] *= extent;
            }
            1 if !shape.is_empty() => {
                let at = dice.below(shape.len());
                let parts: Vec<i64> = (2..=3).filter(|part| shape[at] % part == 0).collect();
                if let Some(&part) = parts.first() {
                    shape[at] /= part;
                    shape.insert(at + dice.below(2), part);
                }
            }
            2 => shape.insert(dice.below(shape.len() + 1), 1),
            _ => shape = vec![shape.iter().product()],
        }
    }
    shape
}

/// What a layout says of itself has to follow from its list.
fn ask_everything(layout: &Layout, list: &Listing, told: &str) {
    let strided =
        Strided::new(layout.shape(), layout.strides(), layout.offset(), layout.itemsize());
    assert_eq!(layout.is_c_contiguous(), strided.is_c_contiguous(), "C of {told}");
    assert_eq!(layout.is_f_contiguous(), strided.is_f_contiguous(), "F of {told}");
    assert_eq!(layout.is_dense(), strided.is_dense(), "density of {told}");
    if let Some((low, high)) = strided.bounds() {
        assert_eq!((layout.span().low, layout.span().high), (low, high), "span of {told}");
    }
    assert_eq!(listed(&layout.coalesce()).offsets, list.offsets, "coalesced {told}");
    let copied = layout.copied(CopyOrder::K);
    assert!(copied.is_dense() && copied.offset() == 0, "copied {told}: {copied}");
}

/// Two small layouts in one buffer, and each alone, against bytes counted one by one.
pub(crate) fn overlap(data: &[u8]) {
    let mut dice = Dice(data);
    let (first, second) = (dice.strided(), dice.strided());
    if first.size() > 300 || second.size() > 300 {
        return;
    }
    let (a, b) = (layout(&first), layout(&second));
    let told = format!("{first} and {second}");
    match (layouts_overlap(&a, &b, Work::Exact), first.meets(&second)) {
        (Answer::Yes(meeting), Some(_)) => {
            assert!(first.share_a_byte(&meeting.first, &second, &meeting.second), "{told}");
        }
        (Answer::No, None) => {}
        (got, want) => panic!("{told}: {got:?}, by bytes {want:?}"),
    }
    match (self_overlap(&a, Work::Exact), first.meets_itself()) {
        (Answer::Yes(meeting), Some(_)) => {
            assert_ne!(meeting.first, meeting.second, "{first}");
            assert!(first.share_a_byte(&meeting.first, &first, &meeting.second), "{first}");
        }
        (Answer::No, None) => {}
        (got, want) => panic!("{first}: {got:?}, by bytes {want:?}"),
    }
    let byte = dice.within(-40..=80);
    let covering = a.indices_at(byte, 1000);
    let found: Vec<Vec<i64>> = covering.indices.iter().map(|index| index.to_vec()).collect();
    assert_eq!(found, first.indices_at(byte), "{first} on byte {byte}");
}

/// Any numbers at all: an answer, never a panic, and what comes out is a legal layout.
pub(crate) fn hostile(data: &[u8]) {
    let mut dice = Dice(data);
    let any = |dice: &mut Dice, most: usize| -> Vec<i64> {
        (0..dice.below(most)).map(|_| dice.any()).collect()
    };
    let shape = any(&mut dice, 6);
    let strides: Vec<i64> = shape.iter().map(|_| dice.any()).collect();
    let (offset, itemsize) = (dice.any(), dice.any());
    let start = match dice.below(3) {
        0 => Layout::c_order(&shape, itemsize),
        1 => Layout::f_order(&shape, itemsize),
        _ => Layout::new(&shape, &strides, offset, itemsize),
    };
    let Ok(mut layout) = start else { return };
    for _ in 0..8 {
        let numbers = any(&mut dice, 5);
        let next = match dice.below(14) {
            0 => layout.flip(&numbers),
            1 => layout.broadcast_to(&numbers),
            2 => layout.diagonal(dice.any(), dice.any(), dice.any()),
            3 => layout.rot90(dice.any(), (dice.any(), dice.any())),
            4 => layout.squeeze(Some(&numbers)),
            5 => layout.expand_dims(&numbers),
            6 => layout.move_axis(&numbers, &any(&mut dice, 5)),
            7 => layout.reinterpret(dice.any()),
            8 => layout.field(dice.any(), dice.any(), &numbers),
            9 => layout.reshape(&numbers, IndexOrder::C).map(|made| made.layout().clone()),
            10 => {
                let window = Window {
                    step: any(&mut dice, 3)[..].into(),
                    dilation: any(&mut dice, 3)[..].into(),
                    ..Window::over(&numbers, &any(&mut dice, 3))
                };
                layout.window(&window)
            }
            11 => layout.swap_axes(dice.any(), dice.any()),
            _ => {
                let picks: Vec<Pick> = (0..dice.below(4))
                    .map(|_| match dice.below(4) {
                        0 => Pick::At(dice.any()),
                        1 => Pick::NewAxis,
                        _ => Pick::Slice {
                            start: Some(dice.any()),
                            stop: (dice.below(2) > 0).then(|| dice.any()),
                            step: Some(dice.any()),
                        },
                    })
                    .collect();
                layout.slice(&picks)
            }
        };
        if let Ok(next) = next {
            let (shape, strides) = (next.shape(), next.strides());
            let again = Layout::new(shape, strides, next.offset(), next.itemsize());
            assert_eq!(again.as_ref(), Ok(&next), "{layout} became {next}");
            layout = next;
        }
        ask_anything(&layout, &mut dice);
    }
}

/// Questions whose answers only have to come, and to keep within bounded work.
fn ask_anything(layout: &Layout, dice: &mut Dice) {
    let _ = (layout.is_c_contiguous(), layout.is_f_contiguous(), layout.is_dense());
    let _ = (layout.is_aligned(dice.any()), layout.item_strides(), layout.smallest_stride_axis());
    let _ = (layout.order(), layout.coalesce(), layout.canonical());
    let _ = (layout.copied(CopyOrder::K), layout.ravel(CopyOrder::A));
    let _ = broadcast_shapes(&[layout.shape(), &[dice.any(), dice.any()]]);
    let index: Vec<i64> = (0..layout.rank()).map(|_| dice.any()).collect();
    let _ = (layout.offset_of(&index), layout.terms(&index));
    let span = layout.span();
    assert!(span.low <= span.high);
    let _ = layouts_overlap(layout, &layout.transpose(), Work::Nodes(200));
    let _ = self_overlap(layout, Work::Nodes(200));
    if span.len() < 1 << 16 {
        let _ = (layout.is_unique(), layout.indices_at(span.low.saturating_add(3), 5));
    }
}
