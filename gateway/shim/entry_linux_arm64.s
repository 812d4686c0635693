#include "textflag.h"

// The words of type given; package install finds them by the first two.
DATA ·inherited+0(SB)/8, $0x9d1f6b0e7a35c842
DATA ·inherited+8(SB)/8, $0x41e2c7f0935ad86b
DATA ·inherited+16(SB)/8, $·begin(SB)
GLOBL ·inherited(SB), NOPTR, $64

// func parent() *given
TEXT ·parent(SB), NOSPLIT, $0-8
	MOVD $·inherited(SB), R0
	MOVD R0, ret+0(FP)
	RET

// begin is the entry of the program: nothing is set up, RSP is the kernel's, R0
// is the loader's and must be kept.
TEXT ·begin(SB), NOSPLIT|NOFRAME|TOPFRAME, $0
	SUB  $64, RSP
	MOVD R0, 56(RSP)
	MOVD $·inherited(SB), R19

	// rt_sigprocmask(SIG_BLOCK, NULL, &blocked, 8)
	MOVD $0, R0
	MOVD $0, R1
	ADD  $48, R19, R2
	MOVD $8, R3
	MOVD $135, R8
	SVC

	// for n := 1; n < 65; n++: rt_sigaction(n, NULL, RSP, 8)
	MOVD $1, R20
	MOVD $0, R21
	MOVD $1, R22 // the bit of signal n
signals:
	MOVD R20, R0
	MOVD $0, R1
	MOVD RSP, R2
	MOVD $8, R3
	MOVD $134, R8
	SVC
	CBNZ R0, caught
	MOVD 0(RSP), R4
	CMP  $1, R4 // SIG_IGN
	BNE  caught
	ORR  R22, R21
caught:
	LSL  $1, R22
	ADD  $1, R20
	CMP  $65, R20
	BLT  signals
	MOVD R21, 40(R19)

	// for fd := 0; fd < 3; fd++: fcntl(fd, F_GETFD)
	MOVD $0, R20
	MOVD $0, R21
	MOVD $1, R22
streams:
	MOVD R20, R0
	MOVD $1, R1
	MOVD $0, R2
	MOVD $25, R8
	SVC
	CMN  $9, R0 // EBADF
	BNE  open
	ORR  R22, R21
open:
	LSL  $1, R22
	ADD  $1, R20
	CMP  $3, R20
	BLT  streams
	MOVD R21, 56(R19)

	MOVD $1, R4
	MOVD R4, 32(R19)
	MOVD 24(R19), R4
	MOVD 56(RSP), R0
	ADD  $64, RSP
	JMP  (R4)
