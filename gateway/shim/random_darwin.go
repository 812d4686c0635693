package shim

import "syscall"

// random fills b from the kernel.
func random(b []byte) error {
	fd, err := retry(func() (int, error) { return syscall.Open("/dev/urandom", syscall.O_RDONLY|syscall.O_CLOEXEC, 0) })
	if err != nil {
		return err
	}
	defer syscall.Close(fd) //nolint:errcheck // read only
	for len(b) > 0 {
		n, err := retry(func() (int, error) { return syscall.Read(fd, b) })
		if err != nil {
			return err
		}
		if n == 0 {
			return errClosed
		}
		b = b[n:]
	}
	return nil
}
