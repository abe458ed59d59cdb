//! Dtypes against a table of what NumPy makes of the same texts, and laws over random ones.

use proptest::prelude::*;
use stridewise::layout::DType;
use stridewise::layout::dtype::{ByteOrder, DTypeError};

/// The one text of the table that is refused here: NumPy makes of it what it refuses itself as
/// soon as it is asked for it by the name that it prints.
const DIFFERENT: &str = "|T,";

/// What the table says of a text, computed here.
fn row(text: &str) -> Vec<String> {
    let cells = match DType::parse(text) {
        Err(error) => {
            assert!(text.get(error.span.clone()).is_some(), "span of {text:?}: {error:?}");
            return vec![text.to_string(), "refused".to_string()];
        }
        Ok(dtype) => {
            let composite = dtype.sub_array().is_some();
            let descr = dtype.descr().filter(|_| !composite && dtype.kind().letter() != 'T');
            // NumPy calls every sub-array native, whatever it holds.
            let native = if dtype.is_native() || composite { "True" } else { "False" };
            [
                dtype.to_string(),
                dtype.name(),
                dtype.kind().letter().to_string(),
                dtype.itemsize().to_string(),
                dtype.alignment().to_string(),
                native.to_string(),
                descr.unwrap_or_else(|| "-".to_string()),
            ]
        }
    };
    std::iter::once(text.to_string()).chain(cells).collect()
}

#[test]
fn every_text_means_what_it_means_to_numpy() {
    let table = include_str!("data/dtypes.tsv");
    let mut differences = Vec::new();
    let mut checked = 0;
    for line in table.lines().filter(|line| !line.starts_with("# ")) {
        let cells: Vec<&str> = line.split('\t').collect();
        if cells[0] == DIFFERENT {
            assert_ne!(row(cells[0]), cells, "no longer different");
            continue;
        }
        checked += 1;
        let found = row(cells[0]);
        if found != cells {
            differences.push(format!("numpy {cells:?}\nours  {found:?}"));
        }
    }
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
    assert!(checked > 1400, "the table has only {checked} rows");
}

/// `descr -> dtype as NumPy prints it`, by `numpy.lib.format.descr_to_dtype`.
#[test]
fn a_descr_has_padding_where_an_argument_has_fields() {
    let check = |descr: &str, wanted: &str| {
        let found = DType::parse_descr(descr).map(|dtype| dtype.to_string());
        assert_eq!(found.as_deref().map_err(|error| &error.message[..]), Ok(wanted), "{descr}");
    };
    check("'<f8'", "<f8");
    check(
        "[('x', '|i1'), ('', '|V7'), ('y', '<f8')]",
        "{'names': ['x', 'y'], 'formats': ['i1', '<f8'], 'offsets': [0, 8], 'itemsize': 16}",
    );
    check("[('', '|V3')]", "{'names': [], 'formats': [], 'offsets': [], 'itemsize': 3}");
    check("[('', '|V3', (2,))]", "{'names': [], 'formats': [], 'offsets': [], 'itemsize': 6}");
    check("[['x', 'i1'], ['y', 'f8']]", "[('x', 'i1'), ('y', '<f8')]");
    check("('<f8', (2,))", "('<f8', (2,))");
    check("[('', '<i4')]", "[('', '<i4')]");
    check(
        "[('x', [('a', '|i1'), ('', '|V1')])]",
        "[('x', {'names': ['a'], 'formats': ['i1'], 'offsets': [0], 'itemsize': 2})]",
    );
    check("[('f0', 'i4'), ('', 'i4')]", "[('f0', '<i4'), ('', '<i4')]");
    assert!(DType::parse_descr("{'names': ['a'], 'formats': ['i4']}").is_err());
}

#[test]
fn errors_point_at_the_part_and_offer_a_remedy() {
    let check = |text: &str, part: &str, message: &str, help: Option<&str>| {
        let error: DTypeError = DType::parse(text).unwrap_err();
        assert_eq!(&text[error.span.clone()], part, "{text}");
        assert_eq!(error.message, message, "{text}");
        assert_eq!(error.help.as_deref(), help, "{text}");
    };
    check(
        "flaot64",
        "flaot64",
        "data type 'flaot64' not understood",
        Some("did you mean 'float64'?"),
    );
    check(
        "Float64",
        "Float64",
        "data type 'Float64' not understood",
        Some("did you mean 'float64'?"),
    );

    check(" f8", " f8", "data type ' f8' not understood", Some("remove the spaces around it"));
    check(
        "i4,g9",
        "g9",
        "data type 'g9' not understood",
        Some("use a name such as 'float64' or a code such as '<f8'"),
    );
    check("M8[xx]", "[xx]", "Invalid datetime unit in metadata string \"[xx]\"", None);
    check(
        "[('x', 'i4'), ('y', 'f9')]",
        "f9",
        "data type 'f9' not understood",
        Some("use a name such as 'float64' or a code such as '<f8'"),
    );
    check("[('x', 'i4'), ('x', 'f8')]", "('x', 'f8')", "field 'x' occurs more than once", None);
    check("f8,3", "3", "data type '' not understood", Some("for 3 of f8 write '(3,)f8'"));
    check(
        "f8, 2(3,)i4",
        "(3,)i4",
        "format number 2 of \"f8, 2(3,)i4\" is not recognized",
        Some("items are separated by commas, repeats come first: '(2,3)f8, i4'"),
    );
    check(
        "{'names': ['a', 'b'], 'formats': ['O', 'i4'], 'offsets': [0, 4]}",
        "{'names': ['a', 'b'], 'formats': ['O', 'i4'], 'offsets': [0, 4]}",
        "Cannot create a NumPy dtype with overlapping object fields",
        Some("give each field that holds objects bytes of its own"),
    );
    check(
        "{'names': ['a'], 'formats': ['i4'], 'offset': [1]}",
        "'offset'",
        "key 'offset' means nothing in a dtype",
        Some("the keys are names, formats, offsets, titles, itemsize and aligned"),
    );
}

#[test]
fn what_numpy_computes_wrongly_is_refused() {
    let check = |text: &str| assert!(DType::parse(text).is_err(), "{text}");
    check("M8[s/0]"); // division by zero
    check("M8[s/-10]");
    check("M8[2147483647s/2]"); // wraps to -500ms
    check("[('a', 'V2147483647'), ('b', 'V2147483647')]"); // itemsize wraps to -2
}

#[test]
fn hostile_texts_cost_little() {
    let deep = "[('a', ".repeat(100_000);
    assert!(DType::parse(&deep).is_err());
    assert!(DType::parse(&"(".repeat(100_000)).is_err());
    assert!(DType::parse(&"i4,".repeat(1_000_000)).is_err());
    assert!(DType::parse(&"x".repeat(10_000_000)).unwrap_err().message.len() < 200);
    let wide = "i4,".repeat(100_000);
    assert_eq!(DType::parse(&wide).unwrap().fields().len(), 100_000);
    let nested = format!("{}'f8'{}", "(".repeat(30), ", (1,))".repeat(30));
    assert_eq!(DType::parse(&nested).unwrap().itemsize(), 8);
}

#[test]
fn parts_can_be_asked() {
    let dtype =
        DType::parse("[(('the title', 'x'), '>i2'), ('y', '<f8', (2, 3)), ('o', 'O')]").unwrap();
    assert_eq!(dtype.field("the title"), dtype.field("x"));
    assert_eq!(dtype.field("y").unwrap().offset, 2);
    assert_eq!(dtype.field("z"), None);
    assert!(!dtype.is_native() && dtype.holds_references());
    assert!(dtype.with_byte_order(ByteOrder::Little).is_native());
    let (element, shape) = dtype.field("y").unwrap().dtype.sub_array().unwrap();
    assert_eq!((element, shape), (&DType::float64(), &[2, 3][..]));
}

#[test]
fn pairs_are_promoted_as_by_numpy() {
    let table = include_str!("data/promotions.tsv");
    let mut checked = 0;
    for line in table.lines().filter(|line| !line.starts_with("# ")) {
        let [one, other, wanted] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        let parsed = [one, other].map(|text| DType::parse(text).unwrap());
        let found =
            parsed[0].promote(&parsed[1]).map_or("none".to_string(), |dtype| dtype.to_string());
        assert_eq!(found, wanted, "{one} and {other}");
        checked += 1;
    }
    assert!(checked > 1200, "the table has only {checked} rows");
}

/// A text near what dtypes look like.
fn near_dtype() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "f8",
        "<",
        ">",
        "i4",
        "M8[ns]",
        "[",
        "]",
        "(",
        ")",
        ",",
        " ",
        "'",
        "\"",
        "{",
        "}",
        ":",
        "'x'",
        "'names'",
        "'formats'",
        "'offsets'",
        "'itemsize'",
        "S",
        "U5",
        "V",
        "?",
        "O",
        "2",
        "0",
        "/",
        "-1",
        "9999999999",
        "\\",
        "\\x41",
        "é",
        "None",
        "True",
        "float64",
        "('a', 'i4')",
        "\n",
    ]);
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// A dtype's text, nested a few levels deep.
fn dtype_text() -> impl Strategy<Value = String> {
    let scalar = prop::sample::select(vec![
        "'i1'",
        "'>i2'",
        "'<f8'",
        "'?'",
        "'O'",
        "'S3'",
        "'>U2'",
        "'V5'",
        "'M8[25s]'",
        "'m8'",
        "'c16'",
        "'S0'",
        "'f16'",
    ])
    .prop_map(str::to_string);
    scalar.prop_recursive(4, 24, 4, |inner| {
        let fields = prop::collection::vec(inner.clone(), 0..4);
        let lists = fields.clone().prop_map(|formats| {
            let field = |(index, format): (usize, &String)| format!("('n{index}', {format}, (2,))");
            let fields: Vec<_> = formats.iter().enumerate().map(field).collect();
            format!("[{}]", fields.join(", "))
        });
        let dicts = (fields, 0..9usize, prop::bool::ANY).prop_map(|(formats, gap, aligned)| {
            let names: Vec<_> = (0..formats.len()).map(|index| format!("'n{index}'")).collect();
            let offsets: Vec<_> =
                (0..formats.len()).map(|index| (index * gap * 16).to_string()).collect();
            let rest = if aligned {
                "'aligned': True".into()
            } else {
                format!("'offsets': [{}]", offsets.join(", "))
            };
            format!(
                "{{'names': [{}], 'formats': [{}], {rest}}}",
                names.join(", "),
                formats.join(", ")
            )
        });
        let arrays =
            (inner, 0..4).prop_map(|(element, extent)| format!("({element}, (3, {extent}))"));
        prop_oneof![lists, dicts, arrays]
    })
}

/// Whether a structure inside was asked to be aligned, which NumPy's text of the whole omits.
fn hides_alignment(text: &str, dtype: &DType) -> bool {
    text.contains("aligned") && !dtype.to_string().contains("aligned")
}

proptest! {
    #[test]
    fn any_text_gets_an_answer(text in prop_oneof![near_dtype(), any::<String>()]) {
        for answer in [DType::parse(&text), DType::parse_descr(&text)] {
            match answer {
                Ok(dtype) if hides_alignment(&text, &dtype) => {}
                Ok(dtype) => prop_assert_eq!(DType::parse(&dtype.to_string()).unwrap(), dtype),
                Err(error) => prop_assert!(text.get(error.span.clone()).is_some(), "{:?}", error),
            }
        }
    }

    #[test]
    fn what_is_printed_is_read_back(text in dtype_text()) {
        // Strings without a size under a shape, and the like, are refused; the rest round-trips.
        if let Ok(dtype) = DType::parse(&text)
            && !hides_alignment(&text, &dtype)
        {
            prop_assert_eq!(&DType::parse(&dtype.to_string()).unwrap(), &dtype);
            if let Some(descr) = dtype.descr().filter(|_| !dtype.to_string().contains("aligned")) {
                prop_assert_eq!(&DType::parse_descr(&descr).unwrap(), &dtype, "{}", descr);
            }
        }
    }
}
