package watch

import "math"

// maxWatches is how many folders are asked for; the system has a limit of its own.
const maxWatches = math.MaxInt
