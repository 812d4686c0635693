package shim

const sysGetrandom = 318 // newer than package syscall's table
