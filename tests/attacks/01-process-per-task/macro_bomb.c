// SPDX-License-Identifier: MIT
// Tries: has the preprocessor write four billion words.
// Score: 0
// Judge: -
// Says: does not compile
#define A(x) x x x x x x x x x x x x x x x x
#define B(x) A(A(x))
#define C(x) B(B(x))
#define D(x) C(C(x))
int many[] = {D(1, )};
