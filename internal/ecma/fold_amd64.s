#include "textflag.h"

// To move 16 bytes on by n bits without changing the remainder, their first half is
// multiplied by x^(n+63) and their second by x^(n-1), both modulo the polynomial and
// reflected. One power less than the distance, for the product of two reflected
// halves is one bit short of its place.

// x^(512+63), x^(512-1)
DATA over64<>+0(SB)/8, $0x6ae3efbb9dd441f3
DATA over64<>+8(SB)/8, $0x081f6054a7842df4
GLOBL over64<>(SB), RODATA|NOPTR, $16

// x^(128+63), x^(128-1)
DATA over16<>+0(SB)/8, $0xe05dd497ca393ae4
DATA over16<>+8(SB)/8, $0xdabe95afc7875f40
GLOBL over16<>(SB), RODATA|NOPTR, $16

// MOVE takes the 16 bytes in X on to those in ONTO, by the constants in X8.
#define MOVE(X, ONTO) \
	MOVOA     X, X4         \
	PCLMULQDQ $0x00, X8, X4 \
	PCLMULQDQ $0x11, X8, X  \
	PXOR      X4, ONTO      \
	PXOR      X, ONTO

// STEP is MOVE on to the 16 bytes at AT, which are in X then.
#define STEP(X, AT) \
	MOVOU     AT, X5        \
	MOVOA     X, X4         \
	PCLMULQDQ $0x00, X8, X4 \
	PCLMULQDQ $0x11, X8, X  \
	PXOR      X4, X         \
	PXOR      X5, X

// func fold(state uint64, p []byte, rest *[16]byte)
TEXT ·fold(SB), NOSPLIT, $0-40
	MOVQ  state+0(FP), X4
	MOVQ  p_base+8(FP), SI
	MOVQ  p_len+16(FP), CX
	MOVQ  rest+32(FP), DI
	MOVOU (SI), X0
	MOVOU 16(SI), X1
	MOVOU 32(SI), X2
	MOVOU 48(SI), X3
	PXOR  X4, X0
	MOVOU over64<>(SB), X8

next:
	SUBQ $64, CX
	JZ   join
	ADDQ $64, SI
	STEP(X0, (SI))
	STEP(X1, 16(SI))
	STEP(X2, 32(SI))
	STEP(X3, 48(SI))
	JMP  next

join:
	MOVOU over16<>(SB), X8
	MOVE(X0, X1)
	MOVE(X1, X2)
	MOVE(X2, X3)
	MOVOU X3, (DI)
	RET
