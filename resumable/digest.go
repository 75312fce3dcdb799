package resumable

import (
	"context"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"hash/crc64"
	"io"
	"strings"
	"sync"
)

var ecma = crc64.MakeTable(crc64.ECMA)

// bufferSize is the unit of all copying. A file of at most this size is read
// once and sent from memory.
const bufferSize = 256 << 10

// buffers are shared by all transfers, for many small files one after another
// would otherwise each allocate one.
var buffers = sync.Pool{New: func() any { return new([bufferSize]byte) }}

// digest is what one reading of some bytes gives.
type digest struct {
	md5 [md5.Size]byte
	crc uint64
}

// contentMD5 is the value of a Content-MD5 header.
func (d digest) contentMD5() string { return base64.StdEncoding.EncodeToString(d.md5[:]) }

// etag is the ETag the service gives to these bytes when they come in one
// request and are not encrypted on arrival.
func (d digest) etag() string { return strings.ToUpper(hex.EncodeToString(d.md5[:])) }

func digestOf(b []byte) digest {
	return digest{md5: md5.Sum(b), crc: crc64.Checksum(b, ecma)}
}

// hashRange reads n bytes at offset. Fewer are io.ErrUnexpectedEOF.
func hashRange(ctx context.Context, r io.ReaderAt, offset, n int64) (digest, error) {
	buf := buffers.Get().(*[bufferSize]byte)
	defer buffers.Put(buf)
	sum, crc := md5.New(), uint64(0)
	for n > 0 {
		if err := ctx.Err(); err != nil {
			return digest{}, err
		}
		chunk := buf[:min(n, bufferSize)]
		if _, err := io.ReadFull(io.NewSectionReader(r, offset, n), chunk); err != nil {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return digest{}, err
		}
		sum.Write(chunk)
		crc = crc64.Update(crc, ecma, chunk)
		offset += int64(len(chunk))
		n -= int64(len(chunk))
	}
	return digest{md5: [md5.Size]byte(sum.Sum(nil)), crc: crc}, nil
}

// isMD5 tells whether an ETag has the form of an MD5. That of an object
// uploaded in parts has not.
func isMD5(etag string) bool {
	_, err := hex.DecodeString(etag)
	return err == nil && len(etag) == hex.EncodedLen(md5.Size)
}
