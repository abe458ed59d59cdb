//! What can be done with a dtype: is it a number, native, fit for BLAS.
//!
//! `<f8` is a native inexact number that BLAS calls `d`; `>f8` must first be swapped; an `i1`
//! has no byte order and is native everywhere.

use super::{ByteOrder, Composite, DType, Kind};

impl DType {
    /// Whether its numbers lie in this machine's byte order, at every depth of a structure.
    /// Little-endian machines are the only ones considered.
    pub fn is_native(&self) -> bool {
        self.every_part(&|part| part.byte_order != ByteOrder::Big)
    }

    /// Whether it is an integer, a float or a complex number (not a truth value).
    pub fn is_number(&self) -> bool {
        self.is_integer() || self.is_inexact()
    }

    /// Whether it is a signed or unsigned integer.
    pub fn is_integer(&self) -> bool {
        matches!(self.kind, Kind::Int | Kind::Uint)
    }

    /// Whether it is a float or a complex number.
    pub fn is_inexact(&self) -> bool {
        matches!(self.kind, Kind::Float | Kind::Complex)
    }

    /// Whether it or a part of it points to Python objects or to text kept elsewhere, so that
    /// its bytes cannot be copied as they are.
    pub fn holds_references(&self) -> bool {
        !self.every_part(&|part| !matches!(part.kind, Kind::Object | Kind::String))
    }

    /// BLAS's letter for it, `s`, `d`, `c` or `z`; `None` where BLAS cannot compute with it.
    ///
    /// ```
    /// # use stridewise::layout::DType;
    /// assert_eq!(DType::float64().blas_letter(), Some('d'));
    /// assert_eq!(DType::parse(">f8").unwrap().blas_letter(), None);
    /// ```
    pub fn blas_letter(&self) -> Option<char> {
        match (self.kind, self.itemsize) {
            _ if !self.is_native() => None,
            (Kind::Float, 4) => Some('s'),
            (Kind::Float, 8) => Some('d'),
            (Kind::Complex, 8) => Some('c'),
            (Kind::Complex, 16) => Some('z'),
            _ => None,
        }
    }

    /// The same dtype with the bytes of every number in the given order.
    ///
    /// Law: `dtype.with_byte_order(Little).is_native()`.
    pub fn with_byte_order(&self, order: ByteOrder) -> DType {
        let byte_order = match self.byte_order {
            ByteOrder::NotApplicable => ByteOrder::NotApplicable,
            _ => order,
        };
        let composite = self.composite.as_deref().map(|composite| match composite {
            Composite::SubArray { element, shape } => Composite::SubArray {
                element: element.with_byte_order(order),
                shape: shape.clone(),
            },
            Composite::Fields { fields, aligned } => {
                let mut fields = fields.clone();
                for field in &mut fields {
                    field.dtype = field.dtype.with_byte_order(order);
                }
                Composite::Fields { fields, aligned: *aligned }
            }
        });
        DType { byte_order, composite: composite.map(Into::into), ..self.clone() }
    }

    /// Whether it is a string or a void whose size is still open: `S`, `U`, `V`.
    pub(super) fn is_unsized(&self) -> bool {
        self.itemsize == 0
            && self.composite.is_none()
            && matches!(self.kind, Kind::Bytes | Kind::Text | Kind::Void)
    }

    /// Whether it is no structure.
    pub(super) fn names_no_fields(&self) -> bool {
        !matches!(self.composite.as_deref(), Some(Composite::Fields { .. }))
    }

    /// Whether a property holds of the dtype, or of all its parts where it has parts.
    fn every_part(&self, holds: &dyn Fn(&DType) -> bool) -> bool {
        match self.composite.as_deref() {
            None => holds(self),
            Some(Composite::SubArray { element, .. }) => element.every_part(holds),
            Some(Composite::Fields { fields, .. }) => {
                fields.iter().all(|field| field.dtype.every_part(holds))
            }
        }
    }
}
