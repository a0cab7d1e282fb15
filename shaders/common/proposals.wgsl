// Shared by the kernels that multiply a block of queries with a block of references and propose, per query, the
// references with the smallest scores. score(i, j) = |y_j|^2 / 2 - y_i . y_j: half the squared distance less what is
// the same for all j. Matrices are feature-major: four consecutive rows of one feature make a vec4.

struct Params {
  // padded number of features: a multiple of DEPTH
  features: u32,
  // vec4s from one feature to the next, in the panel of the queries and in that of the references
  query_stride: u32,
  reference_stride: u32,
  // first row of this dispatch in its panel, a multiple of 4
  first_query: u32,
  first_reference: u32,
  // rows of this dispatch
  queries: u32,
  references: u32,
  // index of the first row of this dispatch in the whole matrix
  query_index: u32,
  reference_index: u32,
  // row of the lists of proposals that belongs to the first query
  first_list: u32,
  // proposals that a list has room for
  capacity: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> queries: array<vec4f>;
@group(0) @binding(2) var<storage, read> references: array<vec4f>;
// |y|^2 / 2 of every row of the whole matrix
@group(0) @binding(3) var<storage, read> half_squares: array<f32>;
// a score above it is of no use to its list
@group(0) @binding(4) var<storage, read> thresholds: array<f32>;
@group(0) @binding(5) var<storage, read_write> lengths: array<atomic<u32>>;
// `capacity` proposals a list: the bits of the score, the index of the reference
@group(0) @binding(6) var<storage, read_write> proposals: array<vec2u>;

// Appends a reference to the list of a query, unless it is the query itself.
fn append(list: u32, query: u32, score: f32, reference: u32) {
  if reference >= params.references || params.reference_index + reference == query {
    return;
  }
  let place = atomicAdd(&lengths[list], 1u);
  if place < params.capacity {
    proposals[list * params.capacity + place] = vec2u(bitcast<u32>(score), params.reference_index + reference);
  }
}

// Offers four neighbouring references, of which `reference` is the first, to query `row` of this dispatch.
fn offer(row: u32, reference: u32, products: vec4f) {
  if row >= params.queries {
    return;
  }
  let list = params.first_list + row;
  let first = params.reference_index + reference;
  let scores = vec4f(half_squares[first], half_squares[first + 1u], half_squares[first + 2u], half_squares[first + 3u])
    - products;
  let useful = scores <= vec4f(thresholds[list]);
  if any(useful) {
    let query = params.query_index + row;
    if useful.x { append(list, query, scores.x, reference); }
    if useful.y { append(list, query, scores.y, reference + 1u); }
    if useful.z { append(list, query, scores.z, reference + 2u); }
    if useful.w { append(list, query, scores.w, reference + 3u); }
  }
}
