// Numbers with an exponent of their own: (m, e) stands for m 2^e, with m in [1, 2), or 0. Far from all seeds a label
// weighs less than any f32, and its share among the others still counts.

// Below 2^LEAST a share counts as none, as `semi_supervised::LEAST_SHARE` says.
const LEAST: i32 = -960;

// A normal number or 0 as a scaled one, exactly; `exponent` is added to its own.
fn scaled(value: f32, exponent: i32) -> vec2i {
  let bits = bitcast<u32>(value);
  let own = i32((bits >> 23u) & 255u);
  if own == 0 || own - 127 + exponent < LEAST {
    return vec2i(0, 0);
  }
  return vec2i(bitcast<i32>((bits & 0x807fffffu) | 0x3f800000u), own - 127 + exponent);
}

// 2^e, or 0 below the smallest normal number; e is 127 or less.
fn power(exponent: i32) -> f32 {
  return select(0.0, bitcast<f32>(u32(exponent + 127) << 23u), exponent > -127);
}

// m 2^(e - reference); 0 where that is below the smallest normal number.
fn relative(number: vec2i, reference: i32) -> f32 {
  return bitcast<f32>(number.x) * power(number.y - reference);
}
