package run

import "github.com/fasttrack-dev/fasttrack/api"

// The events of a run's life.
const (
	Request    = api.EventRequest
	Approve    = api.EventApprove
	Deny       = api.EventDeny
	Expire     = api.EventExpire
	Cancel     = api.EventCancel
	Escalate   = api.EventEscalate
	Deescalate = api.EventDeescalate
	Revoke     = api.EventRevoke
	Fail       = api.EventFail
	Ignore     = api.EventIgnore
	Forward    = api.EventForward
	Withdraw   = api.EventWithdraw
	Reviews    = api.EventReview
	Remind     = api.EventRemind
	Confirm    = api.EventConfirm
	Erased     = api.EventErase
)

// The channels by which events come.
const (
	ViaAPI    = api.ChannelAPI
	ViaCLI    = api.ChannelCLI
	ViaSlack  = api.ChannelSlack
	ViaWeb    = api.ChannelWeb
	ViaHook   = api.ChannelHook
	ViaEngine = api.ChannelEngine
)

// The actor types.
const (
	UserActor   = api.ActorUser
	HookActor   = api.ActorHook
	EngineActor = api.ActorEngine
)
