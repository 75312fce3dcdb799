package resumable

import (
	"context"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"io"
	"strings"

	"github.com/osssync/osssync/internal/ecma"
)

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
	return digest{md5: md5.Sum(b), crc: ecma.Checksum(b)}
}

// hashRange reads n bytes at offset. Fewer are io.ErrUnexpectedEOF.
func hashRange(ctx context.Context, r io.ReaderAt, offset, n int64) (digest, error) {
	sum, crc := md5.New(), uint64(0)
	err := eachChunk(ctx, r, offset, n, func(chunk []byte) {
		sum.Write(chunk)
		crc = ecma.Update(crc, chunk)
	})
	if err != nil {
		return digest{}, err
	}
	return digest{md5: [md5.Size]byte(sum.Sum(nil)), crc: crc}, nil
}

// crcRange is the CRC-64 of hashRange alone, at ten times the speed.
func crcRange(ctx context.Context, r io.ReaderAt, offset, n int64) (crc uint64, err error) {
	err = eachChunk(ctx, r, offset, n, func(chunk []byte) { crc = ecma.Update(crc, chunk) })
	return crc, err
}

// eachChunk reads n bytes at offset, and do sees them in their order.
func eachChunk(ctx context.Context, r io.ReaderAt, offset, n int64, do func(chunk []byte)) error {
	buf := lend(n)
	defer buf.giveBack()
	for n > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		chunk := buf.bytes[:min(n, int64(len(buf.bytes)))]
		if _, err := io.ReadFull(io.NewSectionReader(r, offset, n), chunk); err != nil {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
		do(chunk)
		offset += int64(len(chunk))
		n -= int64(len(chunk))
	}
	return nil
}

// isMD5 tells whether an ETag has the form of an MD5. That of an object
// uploaded in parts has not.
func isMD5(etag string) bool {
	_, err := hex.DecodeString(etag)
	return err == nil && len(etag) == hex.EncodedLen(md5.Size)
}
