// Package ecma computes the CRC-64 that OSS tells of objects and parts
// (x-oss-hash-crc64ecma): that of the polynomial of ECMA-182, reflected, as in
// CRC-64/XZ. The results are those of hash/crc64 with its table ECMA; where the
// processor multiplies without carry they come at ten times the speed, which is
// more than the memory of most machines delivers.
//
//	crc := ecma.Checksum(head)
//	crc = ecma.Update(crc, rest)
//
// Checksums of stretches that follow each other are combined by the SDK's
// oss.CRC64Combine.
package ecma
