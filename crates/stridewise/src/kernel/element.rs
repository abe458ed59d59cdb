//! Elements: the number types that kernels compute with, and how they lie in memory.
//!
//! An [`Element`] is a dtype without byte order or structure; a `Number` is the Rust type behind
//! it, which can be read from and written to any address. `(3):(9)+1` of [`Element::F64`] are
//! three doubles, each on an odd address.

use crate::layout::dtype::{ByteOrder, DType, Kind};

/// A number type that kernels compute with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Element {
    /// A truth value in a byte; every byte but 0 is true.
    Bool,
    /// 8 bits, signed.
    I8,
    /// 16 bits, signed.
    I16,
    /// 32 bits, signed.
    I32,
    /// 64 bits, signed.
    I64,
    /// 8 bits.
    U8,
    /// 16 bits.
    U16,
    /// 32 bits.
    U32,
    /// 64 bits.
    U64,
    /// A half-precision float.
    F16,
    /// A single-precision float.
    F32,
    /// A double-precision float.
    F64,
}

impl Element {
    /// All of them.
    pub const ALL: [Element; 12] = [
        Element::F64,
        Element::F32,
        Element::F16,
        Element::I64,
        Element::I32,
        Element::I16,
        Element::I8,
        Element::U64,
        Element::U32,
        Element::U16,
        Element::U8,
        Element::Bool,
    ];

    /// NumPy's letter of the kind: `f`, `i`, `u` or `b`.
    pub fn kind(self) -> u8 {
        match self {
            Element::Bool => b'b',
            Element::I8 | Element::I16 | Element::I32 | Element::I64 => b'i',
            Element::U8 | Element::U16 | Element::U32 | Element::U64 => b'u',
            Element::F16 | Element::F32 | Element::F64 => b'f',
        }
    }

    /// The element of a dtype in the machine's byte order, or `None` for all others.
    ///
    /// ```
    /// use stridewise::kernel::Element;
    /// use stridewise::layout::dtype::DType;
    /// assert_eq!(Element::of(&DType::float64()), Some(Element::F64));
    /// assert_eq!(Element::of(&DType::parse("M8[ns]").unwrap()), None);
    /// ```
    pub fn of(dtype: &DType) -> Option<Element> {
        let foreign =
            if cfg!(target_endian = "little") { ByteOrder::Big } else { ByteOrder::Little };
        if dtype.byte_order() == foreign {
            return None;
        }
        Some(match (dtype.kind(), dtype.itemsize()) {
            (Kind::Bool, _) => Element::Bool,
            (Kind::Int, 1) => Element::I8,
            (Kind::Int, 2) => Element::I16,
            (Kind::Int, 4) => Element::I32,
            (Kind::Int, 8) => Element::I64,
            (Kind::Uint, 1) => Element::U8,
            (Kind::Uint, 2) => Element::U16,
            (Kind::Uint, 4) => Element::U32,
            (Kind::Uint, 8) => Element::U64,
            (Kind::Float, 2) => Element::F16,
            (Kind::Float, 4) => Element::F32,
            (Kind::Float, 8) => Element::F64,
            _ => return None,
        })
    }

    /// Bytes of one element.
    pub fn size(self) -> i64 {
        match self {
            Element::Bool | Element::I8 | Element::U8 => 1,
            Element::I16 | Element::U16 | Element::F16 => 2,
            Element::I32 | Element::U32 | Element::F32 => 4,
            Element::I64 | Element::U64 | Element::F64 => 8,
        }
    }

    /// NumPy's name for it.
    pub fn name(self) -> &'static str {
        match self {
            Element::Bool => "bool",
            Element::I8 => "int8",
            Element::I16 => "int16",
            Element::I32 => "int32",
            Element::I64 => "int64",
            Element::U8 => "uint8",
            Element::U16 => "uint16",
            Element::U32 => "uint32",
            Element::U64 => "uint64",
            Element::F16 => "float16",
            Element::F32 => "float32",
            Element::F64 => "float64",
        }
    }

    /// Whether it is a float.
    pub fn is_float(self) -> bool {
        matches!(self, Element::F16 | Element::F32 | Element::F64)
    }
}

/// A half-precision float, as its bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(transparent)]
pub struct Half(pub u16);

impl Half {
    /// Its value; every half is a double.
    ///
    /// ```
    /// # use stridewise::kernel::Half;
    /// assert_eq!(Half(0x3c00).to_f64(), 1.0);
    /// assert_eq!(Half(0x0001).to_f64(), 2f64.powi(-24));
    /// ```
    pub fn to_f64(self) -> f64 {
        let bits = u64::from(self.0);
        let (sign, exponent, fraction) = ((bits >> 15) << 63, bits >> 10 & 31, bits & 1023);
        match exponent {
            0 => f64::from_bits(sign | (fraction as f64 * 2f64.powi(-24)).to_bits()),
            31 => f64::from_bits(sign | 0x7ff << 52 | fraction << 42),
            _ => f64::from_bits(sign | (exponent + 1008) << 52 | fraction << 42),
        }
    }

    /// The nearest half; ties to even.
    ///
    /// ```
    /// # use stridewise::kernel::Half;
    /// assert_eq!(Half::from_f64(65519.9), Half(0x7bff));
    /// assert_eq!(Half::from_f64(65520.0), Half(0x7c00));
    /// ```
    #[allow(clippy::cast_possible_truncation)] // bits cut to where they belong
    pub fn from_f64(value: f64) -> Half {
        let bits = value.to_bits();
        let sign = (bits >> 48 & 0x8000) as u16;
        let magnitude = f64::from_bits(bits & !(1 << 63));
        if magnitude.is_nan() {
            // A quiet NaN, with what of the payload fits.
            return Half(sign | 0x7e00 | (bits >> 42 & 0x1ff) as u16);
        }
        if magnitude >= 65520.0 {
            return Half(sign | 0x7c00);
        }
        // Adding 2^(exponent + 42) rounds to the 11 bits of a half, or fewer below 2^-14.
        let exponent = (magnitude.to_bits() >> 52).max(1009);
        let shift = f64::from_bits((exponent + 42) << 52);
        let steps = ((magnitude + shift) - shift) * f64::from_bits((2056 - exponent) << 52);
        // Whole steps of 2^(exponent - 1033): a carry from the fraction moves the exponent up.
        let steps = steps as u16;
        let base = (exponent - 1009) as u16;
        Half(sign | if steps < 1024 { steps } else { (base << 10) + steps })
    }
}

/// The Rust type of an [`Element`].
pub(crate) trait Number: Copy + Send + Sync + 'static {
    /// Which element it is.
    const ELEMENT: Element;

    /// The value as a double, rounded where it has more than 53 bits.
    fn to_f64(self) -> f64;

    /// The value nearest to a double; integers saturate.
    fn from_f64(value: f64) -> Self;

    /// Reads one from any address.
    ///
    /// # Safety
    /// `size_of::<Self>()` initialised bytes can be read from there.
    #[inline(always)]
    unsafe fn read(from: *const u8) -> Self {
        // SAFETY: the caller's promise. All types here take any bytes but `Truth`, which is a u8.
        unsafe { from.cast::<Self>().read_unaligned() }
    }

    /// Writes one to any address.
    ///
    /// # Safety
    /// `size_of::<Self>()` bytes can be written there.
    #[inline(always)]
    unsafe fn write(self, to: *mut u8) {
        // SAFETY: the caller's promise.
        unsafe { to.cast::<Self>().write_unaligned(self) }
    }
}

/// A truth value, as its byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub(crate) struct Truth(pub(crate) u8);

impl Number for Truth {
    const ELEMENT: Element = Element::Bool;
    #[inline(always)]
    fn to_f64(self) -> f64 {
        f64::from(u8::from(self.0 != 0))
    }
    #[inline(always)]
    fn from_f64(value: f64) -> Truth {
        Truth(u8::from(value != 0.0))
    }
}

impl Number for Half {
    const ELEMENT: Element = Element::F16;
    #[inline(always)]
    fn to_f64(self) -> f64 {
        Half::to_f64(self)
    }
    #[inline(always)]
    fn from_f64(value: f64) -> Half {
        Half::from_f64(value)
    }
}

macro_rules! numbers {
    ($($element:ident $type:ty),*) => {$(
        impl Number for $type {
            const ELEMENT: Element = Element::$element;
            #[inline(always)]
            #[allow(clippy::cast_lossless)]
            fn to_f64(self) -> f64 {
                self as f64
            }
            #[inline(always)]
            #[allow(clippy::cast_possible_truncation)]
            fn from_f64(value: f64) -> $type {
                value as $type
            }
        }
    )*};
}
numbers!(I8 i8, I16 i16, I32 i32, I64 i64, U8 u8, U16 u16, U32 u32, U64 u64, F32 f32, F64 f64);

/// Runs a block with `$number` standing for the Rust type of an element.
#[allow(unused_macros)]
macro_rules! with_number {
    ($element:expr, $number:ident => $body:expr) => {{
        use $crate::kernel::element::{Element, Half, Truth};
        macro_rules! arm {
            ($type:ty) => {{
                type $number = $type;
                $body
            }};
        }
        match $element {
            Element::Bool => arm!(Truth),
            Element::I8 => arm!(i8),
            Element::I16 => arm!(i16),
            Element::I32 => arm!(i32),
            Element::I64 => arm!(i64),
            Element::U8 => arm!(u8),
            Element::U16 => arm!(u16),
            Element::U32 => arm!(u32),
            Element::U64 => arm!(u64),
            Element::F16 => arm!(Half),
            Element::F32 => arm!(f32),
            Element::F64 => arm!(f64),
        }
    }};
}
pub(crate) use with_number;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_half_survives() {
        for bits in 0..=u16::MAX {
            let value = Half(bits).to_f64();
            let back = Half::from_f64(value);
            if value.is_nan() {
                assert!(back.to_f64().is_nan());
            } else {
                assert_eq!(back, Half(bits), "{bits:#x} {value}");
            }
        }
    }

    #[test]
    fn halves_round_to_nearest_even() {
        for bits in 0..0x7bffu16 {
            let (low, high) = (Half(bits).to_f64(), Half(bits + 1).to_f64());
            let middle = (low + high) / 2.0;
            let even = bits + bits % 2;
            assert_eq!(Half::from_f64(middle), Half(even), "{middle}");
            assert_eq!(Half::from_f64(middle.next_down()), Half(bits), "below {middle}");
            assert_eq!(Half::from_f64(middle.next_up()), Half(bits + 1), "above {middle}");
            assert_eq!(Half::from_f64(-middle), Half(0x8000 | even));
        }
        assert_eq!(Half::from_f64(1e-300), Half(0));
        assert_eq!(Half::from_f64(-f64::INFINITY), Half(0xfc00));
    }

    #[test]
    fn a_number_for_each_element() {
        for name in ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"] {
            let dtype = DType::parse(name).unwrap();
            let element = Element::of(&dtype).unwrap();
            assert_eq!(element.size(), dtype.itemsize());
            assert_eq!(with_number!(element, N => N::ELEMENT), element);
            assert_eq!(with_number!(element, N => size_of::<N>()) as i64, element.size());
            assert_eq!(DType::parse(element.name()).unwrap(), dtype);
            assert_eq!(with_number!(element, N => N::from_f64(1.0).to_f64()), 1.0);
        }
        for name in [">f8", "c8", "M8[s]", "S3", "O", "g"] {
            assert_eq!(Element::of(&DType::parse(name).unwrap()), None, "{name}");
        }
    }
}
