package run

// TooLate says why an action can't take effect whoever takes it: its time is
// over, or has not come. It is safe to show.
type TooLate string

func (l TooLate) Error() string { return string(l) }

// NoAccess refuses what needs active access.
const NoAccess TooLate = "No access is active."
