//! The dtype that holds the values of two, as NumPy promotes them.
//!
//! An `i4` and an `f4` make an `f8`, which holds every integer of 32 bits. The answer is native:
//! what an operation on both makes is a new array.

use super::{ByteOrder, DType, Kind, unit};

impl DType {
    /// NumPy's `promote_types`: the smallest dtype to which both can be cast without loss.
    /// `None` where there is none, as for numbers and raw bytes.
    ///
    /// Law: `a.promote(b) == b.promote(a)`.
    ///
    /// ```
    /// # use stridewise::layout::DType;
    /// let dtype = |code| DType::parse(code).unwrap();
    /// assert_eq!(dtype("i4").promote(&dtype(">f4")), Some(dtype("f8")));
    /// assert_eq!(dtype("S3").promote(&dtype("U2")), Some(dtype("U3")));
    /// assert_eq!(dtype("f8").promote(&dtype("V8")), None);
    /// ```
    pub fn promote(&self, other: &DType) -> Option<DType> {
        let is_time = |dtype: &DType| matches!(dtype.kind, Kind::Datetime | Kind::Timedelta);
        match (self.kind, other.kind) {
            (Kind::Void, Kind::Void) => {
                let native = self.with_byte_order(ByteOrder::Little);
                (native == other.with_byte_order(ByteOrder::Little)).then_some(native)
            }
            (Kind::Object, _) | (_, Kind::Object) => Some(DType::number(Kind::Object, 8)),
            (Kind::Void, _) | (_, Kind::Void) => None,
            (Kind::String, Kind::String | Kind::Text) | (Kind::Text, Kind::String) => {
                Some(DType::number(Kind::String, 16))
            }
            (Kind::String, _) | (_, Kind::String) => None,
            _ if is_time(self) && is_time(other) => self.promote_time(other),
            _ if is_time(self) => other.counts_in(self),
            _ if is_time(other) => self.counts_in(other),
            (Kind::Text, _) | (_, Kind::Text) => {
                Some(DType::number(Kind::Text, 4 * self.characters().max(other.characters())))
            }
            (Kind::Bytes, _) | (_, Kind::Bytes) => {
                Some(DType::number(Kind::Bytes, self.characters().max(other.characters())))
            }
            _ => Some(self.promote_number(other)),
        }
    }

    fn promote_number(&self, other: &DType) -> DType {
        let larger = self.itemsize.max(other.itemsize);
        let float = self.float_bytes().max(other.float_bytes());
        match (self.kind, other.kind) {
            (Kind::Complex, _) | (_, Kind::Complex) => DType::number(Kind::Complex, 2 * float),
            (Kind::Float, _) | (_, Kind::Float) => DType::number(Kind::Float, float),
            (kind, same) if kind == same => DType::number(kind, larger),
            (Kind::Bool, kind) | (kind, Kind::Bool) => DType::number(kind, larger),
            _ => {
                // A signed integer that holds the unsigned one has twice its bytes.
                let unsigned = if self.kind == Kind::Uint { self } else { other };
                match larger.max(2 * unsigned.itemsize) {
                    16 => DType::float64(),
                    bytes => DType::number(Kind::Int, bytes),
                }
            }
        }
    }

    /// Bytes of the smallest float that holds its values, or the part of its complex ones.
    fn float_bytes(&self) -> i64 {
        match self.kind {
            Kind::Float => self.itemsize,
            Kind::Complex => self.itemsize / 2,
            Kind::Bool => 2,
            _ => (2 * self.itemsize).min(8),
        }
    }

    /// The most characters that a value of it takes when it is written.
    fn characters(&self) -> i64 {
        let of_float = |bytes| if bytes == 16 { 48 } else { 32 };
        match (self.kind, self.itemsize) {
            (Kind::Text, itemsize) => itemsize / 4,
            (Kind::Bool, _) => 5,
            (Kind::Int, bytes) => [4, 6, 11, 21][bytes.ilog2() as usize],
            (Kind::Uint, bytes) => [3, 5, 10, 20][bytes.ilog2() as usize],
            (Kind::Float, bytes) => of_float(bytes),
            (Kind::Complex, bytes) => 2 * of_float(bytes / 2),
            (_, itemsize) => itemsize,
        }
    }

    /// The time that an integer becomes beside it: integers of up to 63 bits count its units.
    fn counts_in(&self, time: &DType) -> Option<DType> {
        let fits = match self.kind {
            Kind::Bool | Kind::Int => true,
            Kind::Uint => self.itemsize < 8,
            _ => false,
        };
        (fits && time.kind == Kind::Timedelta).then(|| time.with_byte_order(ByteOrder::Little))
    }

    fn promote_time(&self, other: &DType) -> Option<DType> {
        let dates = self.kind == Kind::Datetime || other.kind == Kind::Datetime;
        let kind = if dates { Kind::Datetime } else { Kind::Timedelta };
        let unit = match (self.unit(), other.unit()) {
            (None, unit) | (unit, None) => unit.map(str::to_string),
            (Some(one), Some(two)) => Some(unit::common(one, two, dates)?),
        };
        Some(DType::plain(kind, 8, ByteOrder::Little, unit))
    }
}
