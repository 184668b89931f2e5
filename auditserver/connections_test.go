package auditserver

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// An idle connection whose client reads nothing makes room at once: the server must
// not wait for it to take TLS's goodbye.
func TestRoomIsMadeWithoutWaitingForTheClient(t *testing.T) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	synctest.Test(t, func(t *testing.T) {
		template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
		raw, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
		require.NoError(t, err)
		near, far := net.Pipe()
		server := tls.Server(near, &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{raw}, PrivateKey: private}}, SessionTicketsDisabled: true})
		client := tls.Client(far, &tls.Config{InsecureSkipVerify: true}) // of the test itself
		greeted := make(chan error, 1)
		go func() { greeted <- client.HandshakeContext(t.Context()) }()
		require.NoError(t, server.HandshakeContext(t.Context()))
		require.NoError(t, <-greeted)

		c := newConnections(1)
		c.changed(server, http.StateNew)
		c.changed(server, http.StateActive)
		c.changed(server, http.StateIdle)
		began := time.Now()
		added, other := net.Pipe()
		c.changed(added, http.StateNew)
		require.Zero(t, time.Since(began))
		_, err = near.Write([]byte("x"))
		require.ErrorIs(t, err, io.ErrClosedPipe, "it was closed")
		require.NoError(t, added.Close())
		require.NoError(t, other.Close())
		require.NoError(t, far.Close())
	})
}
