package nullserver

import (
	"bufio"
	"crypto/md5"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"hash/crc64"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

var ecma = crc64.MakeTable(crc64.ECMA)

// hashedBelow is the size up to which the server takes the MD5 of a body itself. The
// bodies above are parts, of whose ETags no client that sent no MD5 expects anything.
const hashedBelow = 4 << 20

var buffers = sync.Pool{New: func() any { return new([64 << 10]byte) }}

// receive reads a body and throws it away. What is left is its size and checksums.
func receive(r *http.Request) (*Object, error) {
	body, crc, sum := content(r), crc64.New(ecma), hash.Hash(nil)
	o := &Object{Modified: wholeSecond(), Meta: keep(r.Header)}
	sent, err := base64.StdEncoding.DecodeString(r.Header.Get("Content-Md5"))
	if err != nil || len(sent) != 0 && len(sent) != md5.Size {
		return nil, errors.New("Content-MD5 is none")
	}
	copy(o.MD5[:], sent)
	to := io.Writer(crc)
	if len(sent) == 0 && r.ContentLength <= hashedBelow {
		sum = md5.New()
		to = io.MultiWriter(crc, sum)
	}
	buffer := buffers.Get().(*[64 << 10]byte)
	defer buffers.Put(buffer)
	if o.Size, err = io.CopyBuffer(to, body, buffer[:]); err != nil {
		return nil, fmt.Errorf("body of %s: %w", r.URL.Path, err)
	}
	o.CRC64 = crc.Sum64()
	if sum != nil {
		copy(o.MD5[:], sum.Sum(nil))
	}
	return o, nil
}

// content is what a body holds, without the frames that S3 puts around chunks which
// are signed one by one or followed by a checksum.
func content(r *http.Request) io.Reader {
	framed := strings.HasPrefix(r.Header.Get("X-Amz-Content-Sha256"), "STREAMING-") ||
		strings.Contains(r.Header.Get("Content-Encoding"), "aws-chunked")
	if !framed {
		return r.Body
	}
	return &frames{r: bufio.NewReaderSize(r.Body, 64<<10)}
}

// frames reads chunks of the form "SIZE;extension CRLF data CRLF"; one of size 0 is the
// last, and trailing headers may follow it.
type frames struct {
	r     *bufio.Reader
	left  int64 // bytes of the chunk not read yet
	inner bool  // a chunk was read, whose line break is due
}

func (f *frames) Read(p []byte) (int, error) {
	if f.left == 0 {
		if err := f.next(); err != nil {
			return 0, err
		}
	}
	n, err := f.r.Read(p[:min(int64(len(p)), f.left)])
	f.left -= int64(n)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// next goes to the next chunk; the error is io.EOF behind the last.
func (f *frames) next() error {
	if f.inner {
		if _, err := f.r.Discard(len("\r\n")); err != nil {
			return io.ErrUnexpectedEOF
		}
	}
	line, err := f.r.ReadString('\n')
	if err != nil {
		return io.ErrUnexpectedEOF
	}
	size, _, _ := strings.Cut(strings.TrimSpace(line), ";")
	f.left, err = strconv.ParseInt(size, 16, 64)
	if err != nil || f.left < 0 {
		return fmt.Errorf("size of chunk %.32q", size)
	}
	f.inner = true
	if f.left > 0 {
		return nil
	}
	if _, err := io.Copy(io.Discard, f.r); err != nil {
		return err
	}
	return io.EOF
}
