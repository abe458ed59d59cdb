//! One row for each form of each operation: the effect and the layout after it, as in NumPy.

use stridewise::expr::Effect;

use crate::{check, copies, views};

#[test]
fn constructors() {
    for (source, layout) in [
        ("zeros((4,5))", "(4,5):(40,8)+0"),
        ("np.ones([4,5], 'f4')", "(4,5):(20,4)+0"),
        ("numpy.empty((4,5), dtype=np.int16, order='F')", "(4,5):(2,8)+0"),
        ("full(3, 2.5)", "(3):(8)+0"),
        ("full((2,2), 7, dtype=u1)", "(2,2):(2,1)+0"),
        ("arange(10, 2, -3)", "(3):(8)+0"),
        ("arange(0, 1, 0.25)", "(4):(8)+0"),
        ("linspace(0, 1, 5)", "(5):(8)+0"),
        ("eye(3, 2, order='F')", "(3,2):(8,24)+0"),
        ("identity(2)", "(2,2):(16,8)+0"),
        ("zeros(())", "():()+0"),
        ("zeros((2,0,3))", "(2,0,3):(0,0,0)+0"),
        ("zeros(3, dtype=('f4', (2,3)))", "(3,2,3):(24,12,4)+0"),
        ("np.array([[1, 2, 3], [4, 5, 6]])", "(2,3):(24,8)+0"),
        ("np.array([1, 2], ndmin=3)", "(1,1,2):(16,16,8)+0"),
        ("np.zeros_like(zeros((2,3,4)).transpose(1,2,0))", "(3,4,2):(32,8,96)+0"),
        ("np.empty_like(zeros((2,3)).T, shape=(5,4))", "(5,4):(8,40)+0"),
        ("np.ones_like(zeros((2,3)).T, order='C')", "(3,2):(16,8)+0"),
    ] {
        check(source, Effect::New, layout);
    }
}

#[test]
fn axes() {
    views("zeros((2,3,4)).T", "(4,3,2):(8,32,96)+0");
    views("zeros((2,3,4)).mT", "(2,4,3):(96,8,32)+0");
    views("zeros((2,3,4)).transpose(1,2,0)", "(3,4,2):(32,8,96)+0");
    views("zeros((2,3,4)).transpose((1,-1,0))", "(3,4,2):(32,8,96)+0");
    views("np.transpose(zeros((2,3,4)), axes=[1,2,0])", "(3,4,2):(32,8,96)+0");
    views("zeros((2,3)).transpose()", "(3,2):(8,24)+0");
    views("zeros((2,3)).transpose(None)", "(3,2):(8,24)+0");
    views("zeros((2,3,4)).swapaxes(0,-1)", "(4,3,2):(8,32,96)+0");
    views("np.swapaxes(zeros((2,3,4)), axis1=0, axis2=2)", "(4,3,2):(8,32,96)+0");
    views("moveaxis(zeros((2,3,4)), 0, -1)", "(3,4,2):(32,8,96)+0");
    views("np.rollaxis(zeros((2,3,4)), 2)", "(4,2,3):(8,96,32)+0");
    views("np.flip(zeros((2,3)))", "(2,3):(-24,-8)+40");
    views("np.flip(zeros((2,3)), axis=0)", "(2,3):(-24,8)+24");
    views("np.fliplr(zeros((2,3)))", "(2,3):(24,-8)+16");
    views("np.rot90(zeros((2,3)))", "(3,2):(-8,24)+16");
    views("np.rot90(zeros((2,3)), k=2, axes=(1,0))", "(2,3):(-24,-8)+40");
    views("zeros((1,3,1)).squeeze()", "(3):(8)+0");
    views("zeros((1,3,1)).squeeze(axis=-1)", "(1,3):(24,8)+0");
    views("np.expand_dims(zeros((2,3)), (0,2))", "(1,2,1,3):(48,24,24,8)+0");
    views("zeros((3,4)).diagonal(1)", "(3):(40)+8");
    views("np.diag(zeros((3,4)))", "(3):(40)+0");
    copies("np.diag(zeros(2), k=1)", "(3,3):(24,8)+0");
    views("np.atleast_2d(zeros(3))", "(1,3):(0,8)+0");
    views("np.atleast_3d(zeros(3))", "(1,3,1):(0,8,0)+0");
    copies("np.flip(zeros(()))", "():()+0"); // NumPy indexes with an empty tuple
}

#[test]
fn shapes() {
    views("zeros((2,3,4)).reshape(6,4)", "(6,4):(32,8)+0");
    views("zeros((2,3,4)).reshape((4,-1), order='C')", "(4,6):(48,8)+0");
    views("np.reshape(zeros((2,3)), -1)", "(6):(8)+0");
    views("zeros((2,3)).T.reshape(-1, order='F')", "(6):(8)+0");
    views("zeros((2,3)).T.reshape(-1, order='A')", "(6):(8)+0");
    copies("zeros((2,3)).T.reshape(-1)", "(6):(8)+0");
    copies("zeros((2,3)).reshape(2, 3, copy=True)", "(2,3):(24,8)+0");
    copies("zeros((2,3,2)).T.reshape(3, 4, order='F', copy=True)", "(3,4):(8,24)+0");
    views("zeros((2,3)).ravel()", "(6):(8)+0");
    views("np.ravel(zeros((2,3)).T, order='K')", "(6):(8)+0");
    copies("zeros(6)[::2].ravel()", "(3):(8)+0");
    views("zeros(6)[::2].reshape(-1)", "(3):(16)+0");
    copies("zeros(6)[::-1].ravel('K')", "(6):(8)+0");
    copies("zeros((2,3)).flatten()", "(6):(8)+0");
}

#[test]
fn broadcasting_and_strides() {
    views("np.broadcast_to(zeros(3), (2,3))", "(2,3):(0,8)+0");
    views("broadcast_to(zeros((3,1)), shape=(2,3,4))", "(2,3,4):(0,8,0)+0");
    views("np.broadcast_arrays(zeros((3,1)), zeros(4))[0]", "(3,4):(8,0)+0");
    views("np.broadcast_arrays(zeros((3,1)), zeros(4))[-1]", "(3,4):(0,8)+0");
    views("sliding_window_view(zeros(6), 3)", "(4,3):(8,8)+0");
    views(
        "np.lib.stride_tricks.sliding_window_view(zeros((4,6)), 3, axis=1)",
        "(4,4,3):(48,8,8)+0",
    );
    views("sliding_window_view(zeros((4,6)), (2,3))", "(3,4,2,3):(48,8,48,8)+0");
    views("as_strided(zeros(6), (4,3), (8,8))", "(4,3):(8,8)+0");
    views("as_strided(zeros(6)[2:], shape=(2,), strides=(-16,))", "(2):(-16)+16");
    views("np.split(zeros((4,6)), 3, axis=1)[1]", "(4,2):(48,8)+16");
    views("np.array_split(zeros(7), 3)[2]", "(2):(8)+40");
    views("np.unstack(zeros((4,6)), axis=1)[-1]", "(4):(48)+40");
}

#[test]
fn copies_and_conversions() {
    copies("zeros((2,3)).T.copy()", "(3,2):(16,8)+0");
    copies("zeros((2,3)).T.copy('K')", "(3,2):(8,24)+0");
    copies("np.copy(zeros((2,3)).T)", "(3,2):(8,24)+0");
    copies("zeros((2,3)).T.astype('f4')", "(3,2):(4,12)+0");
    copies("zeros((2,3)).astype(float)", "(2,3):(24,8)+0");
    views("zeros((2,3)).astype(float, copy=False)", "(2,3):(24,8)+0");
    copies("zeros((2,3)).astype(float, order='F', copy=False)", "(2,3):(8,16)+0");
    views("np.ascontiguousarray(zeros((2,3)))", "(2,3):(24,8)+0");
    copies("np.ascontiguousarray(zeros((2,3)).T)", "(3,2):(16,8)+0");
    views("np.ascontiguousarray(zeros(()))", "(1):(8)+0");
    views("np.asfortranarray(zeros((2,3)).T)", "(3,2):(8,24)+0");
    views("np.asarray(zeros((2,3)).T)", "(3,2):(8,24)+0");
    copies("np.asarray(zeros((2,3)).T, order='C')", "(3,2):(16,8)+0");
    copies("np.array(zeros((2,3)).T)", "(3,2):(8,24)+0");
    views("np.array(zeros((2,3)), copy=None)", "(2,3):(24,8)+0");
    copies("np.array([zeros(3), ones(3)])", "(2,3):(24,8)+0");
    views("np.require(zeros((2,3)), requirements=['C','W'])", "(2,3):(24,8)+0");
    copies("np.require(broadcast_to(zeros(3), (2,3)), requirements='W')", "(2,3):(24,8)+0");
    views("zeros((2,3)).view('f4')", "(2,6):(24,4)+0");
    views("zeros((2,4), 'f4').view(dtype=np.complex64)", "(2,2):(16,8)+0");
    views("zeros((2,3)).view()", "(2,3):(24,8)+0");
    views("zeros(3, complex).real", "(3):(16)+0");
    views("zeros(3, complex).imag", "(3):(16)+8");
    views("np.real(zeros(3))", "(3):(8)+0");
    copies("zeros((2,3)).T.imag", "(3,2):(8,24)+0");
    views("zeros((2,3)).conj()", "(2,3):(24,8)+0");
    copies("np.sort(zeros((2,3)).T)", "(3,2):(8,24)+0");
}

#[test]
fn new_arrays_follow_their_operands() {
    copies("zeros((2,3)).T + 1", "(3,2):(8,24)+0");
    copies("zeros((2,3)).T + zeros((3,2))", "(3,2):(16,8)+0"); // where orders differ, C wins
    copies("zeros((2,3,4)).transpose(1,2,0) * zeros(2)", "(3,4,2):(32,8,96)+0");
    copies("-zeros((4,6))[::2, ::-1].T", "(6,2):(8,48)+0");
    copies("zeros((2,3), 'f4').T / 2", "(3,2):(4,12)+0");
    copies("zeros((2,3), 'i4').T / 2", "(3,2):(8,24)+0");
    copies("zeros((2,3)) > 0", "(2,3):(3,1)+0");
    copies("zeros(3, bool) ** 2", "(3):(1)+0");
    copies("np.where(zeros((2,3)).T > 0, 1, 0.5)", "(3,2):(8,24)+0");
    copies("zeros((2,3)).T.clip(0, 1)", "(3,2):(8,24)+0");
    copies("np.sqrt(zeros(3, 'i1'))", "(3):(2)+0");
    copies("np.concatenate([zeros((2,3)).T, zeros((1,3)).T], axis=1)", "(3,3):(8,24)+0");
    copies("np.concatenate([zeros((2,3)), zeros(4)[:, None]], axis=None)", "(10):(8)+0");
    copies("np.stack([zeros(3), zeros(3, 'f4')], axis=1)", "(3,2):(16,8)+0");
    copies("np.concatenate([zeros(2, i2), zeros(2, u2), zeros(2, f2)])", "(6):(4)+0");
    copies("np.concatenate([zeros(2, i2), zeros(2, u2)])", "(4):(4)+0");
    copies("np.vstack([zeros(3), zeros((2,3))])", "(3,3):(24,8)+0");
    copies("np.column_stack([zeros(3), zeros(3)])", "(3,2):(16,8)+0");
    copies("zeros((2,3)) @ zeros((3,4))", "(2,4):(32,8)+0");
    copies("np.matmul(zeros((5,2,3)), zeros(3))", "(5,2):(16,8)+0");
    copies("zeros((5,2,3)).dot(zeros((4,3,6)))", "(5,2,4,6):(384,192,48,8)+0");
    copies("np.tensordot(zeros((2,3,4)), zeros((4,3)), axes=([1,2],[1,0]))", "(2):(8)+0");
    copies("np.outer(zeros((2,2)), zeros(3))", "(4,3):(24,8)+0");
    copies("np.einsum('ij,jk->ki', zeros((2,3)), zeros((3,4)))", "(4,2):(8,32)+0");
    views("np.einsum('ij->ji', zeros((2,3)))", "(3,2):(8,24)+0");
    views("np.einsum('ii->i', zeros((3,3)))", "(3):(32)+0");
    copies("np.einsum('ii', zeros((3,3)))", "():()+0");
    copies("zeros((2,3,4)).T.sum(axis=1)", "(4,2):(8,32)+0");
    copies("zeros((2,3,4)).T.sum(axis=1, keepdims=True)", "(4,1,2):(8,32,32)+0");
    copies("np.mean(zeros((2,3)))", "():()+0");
    copies("zeros((2,3,4)).T.argmax(0)", "(3,2):(16,8)+0");
    copies("np.cumsum(zeros((2,3)).T, axis=0)", "(3,2):(8,24)+0");
    copies("zeros((4,3)).T.take([0,2], axis=1)", "(3,2):(16,8)+0");
    copies("zeros((2,3)).T.repeat(2, 0)", "(6,2):(16,8)+0");
    copies("np.tile(zeros((2,3)), (2,1))", "(4,3):(24,8)+0");
    copies("np.roll(zeros((2,3)).T, 1, axis=0)", "(3,2):(8,24)+0");
    copies("np.pad(zeros((2,3)).T, 1)", "(5,4):(8,40)+0");
}

#[test]
fn every_chain_of_one_operation_reads_both_ways() {
    // The same operation as a method and as a function.
    for (method, function) in [
        ("zeros((2,3,4)).swapaxes(0,1)", "np.swapaxes(zeros((2,3,4)), 0, 1)"),
        ("zeros((1,3)).squeeze(0)", "np.squeeze(zeros((1,3)), 0)"),
        ("zeros((3,4)).diagonal(-1)", "np.diagonal(zeros((3,4)), -1)"),
        ("zeros((3,4)).T.ravel('F')", "np.ravel(zeros((3,4)).T, 'F')"),
        ("zeros((3,4)).reshape(2,6)", "np.reshape(zeros((3,4)), (2,6))"),
        ("zeros((3,4)).max(axis=1)", "np.max(zeros((3,4)), axis=1)"),
        ("zeros((3,4)).take([1], 0)", "np.take(zeros((3,4)), [1], 0)"),
        ("zeros((3,4)).dot(zeros(4))", "np.dot(zeros((3,4)), zeros(4))"),
    ] {
        let (method, function) = (crate::traced(method), crate::traced(function));
        assert_eq!(method.result.layout, function.result.layout);
        assert_eq!(method.steps.last().unwrap().effect, function.steps.last().unwrap().effect);
    }
}
