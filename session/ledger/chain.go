package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
)

const (
	chainTag  = "kavi-ledger-v1\x00"
	keyPrefix = 'e'
	keySize   = 1 + 8
	hashSize  = sha256.Size
)

// chain computes the hashes of entries that follow one another.
type chain struct {
	h    hash.Hash
	buf  [8]byte
	head Head
}

func newChain(at Head) *chain { return &chain{h: sha256.New(), head: at} }

// of is the hash of the entry with the given sequence and JSON after prev.
func (c *chain) of(prev Hash, seq uint64, json []byte) (sum Hash) {
	c.h.Reset()
	c.h.Write([]byte(chainTag))
	c.h.Write(prev[:])
	binary.BigEndian.PutUint64(c.buf[:], seq)
	c.h.Write(c.buf[:])
	c.h.Write(json)
	c.h.Sum(sum[:0])
	return sum
}

// next appends one entry and gives the value to store.
func (c *chain) next(json []byte) []byte {
	seq := c.head.Seq + 1
	sum := c.of(c.head.Hash, seq, json)
	c.head = Head{Seq: seq, Hash: sum}
	value := make([]byte, 0, hashSize+len(json))
	return append(append(value, sum[:]...), json...)
}

func key(seq uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte{keyPrefix}, seq)
}

func parseKey(k []byte) (uint64, error) {
	if len(k) != keySize || k[0] != keyPrefix {
		return 0, fmt.Errorf("%w: a key that is no entry's: %q", ErrDamaged, k)
	}
	return binary.BigEndian.Uint64(k[1:]), nil
}

var errShortValue = errors.New("shorter than its hash")

func splitValue(v []byte) (sum Hash, json []byte, err error) {
	if len(v) <= hashSize {
		return sum, nil, errShortValue
	}
	return Hash(v[:hashSize]), v[hashSize:], nil
}
