package signin_test

import (
	"container/heap"
	"context"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/console/signin"
	"github.com/fasttrack-dev/fasttrack/internal/console/signin/issuertest"
)

// A browser restores its tabs at once, after the token has expired, before a provider
// that revokes the whole session if a refresh token is used twice.
//
// The tabs are simulated: a request sends the cookies of the moment when it leaves, is
// served when it arrives, and sets its cookies when the response is back. Time is the
// test's clock, and every order of these moments can occur.
func TestTabsThatRefreshAtOnce(t *testing.T) {
	s := newTabs(t)
	random := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		s.restart()
		for range 2 + random.IntN(4) {
			// A round trip, but for what the server sleeps, is shorter than settle.
			s.open(func() time.Duration { return time.Duration(1+random.IntN(2)*200+random.IntN(40)) * time.Millisecond },
				time.Duration(random.IntN(600))*time.Millisecond)
		}
		s.run()
		for i, tab := range s.tabs {
			if tab.at != "/console/" || tab.status != http.StatusOK {
				t.Errorf("tab %d is at %s (%d) after %d requests", i, tab.at, tab.status, tab.requests)
			}
			if tab.requests > 20 {
				t.Errorf("tab %d followed %d redirects", i, tab.requests)
			}
		}
		refreshes, signIns := s.issuer.Calls("refresh")-s.refreshes, s.issuer.Calls("authorize")-s.signIns
		if s.issuer.Reused() != 0 || refreshes != 1 || signIns != 0 {
			t.Errorf("%d refreshes, %d with an old token, %d sign-ins", refreshes, s.issuer.Reused(), signIns)
		}
	}
}

// On a network that is slower than the tabs expect, a refresh token can be used twice.
// Nobody is signed out by it even then: the tab that was refused goes on with the cookie
// of the other, or by the session at the provider.
func TestTabsOnASlowNetwork(t *testing.T) {
	s := newTabs(t)
	random := rand.New(rand.NewPCG(3, 4))
	for range 25 {
		s.restart()
		for range 2 + random.IntN(2) {
			s.open(func() time.Duration {
				if random.IntN(2) == 0 {
					return time.Duration(1000+random.IntN(4000)) * time.Millisecond
				}
				return time.Duration(1+random.IntN(100)) * time.Millisecond
			}, 0)
		}
		s.run()
		for i, tab := range s.tabs {
			if tab.at != "/console/" || tab.status != http.StatusOK {
				t.Errorf("tab %d is at %s (%d) after %d requests", i, tab.at, tab.status, tab.requests)
			}
		}
	}
	if s.issuer.Reused() == 0 {
		t.Error("no refresh token was used twice, so this tests nothing")
	}
}

// tabs are tabs of one browser, which share its cookies.
type tabs struct {
	*world
	jar   map[string]jarCookie
	tabs  []*tab
	queue moments
	slept time.Duration
	// moments is how many there were.
	moments int
	// refreshes and signIns are how many calls the provider got before.
	refreshes, signIns int
}

type jarCookie struct {
	value   string
	expires time.Time
}

// tab is one tab that loads a page.
type tab struct {
	latency  func() time.Duration
	at       string
	status   int
	requests int
}

// newTabs returns a browser without tabs.
func newTabs(t *testing.T) *tabs {
	s := &tabs{}
	s.world = open(t, issuertest.Okta(), issuertest.Options{}, func(o *signin.Options) {
		o.Sleep = func(_ context.Context, d time.Duration) { s.slept += d }
	})
	return s
}

// restart closes the tabs, and leaves a session whose token has expired.
func (s *tabs) restart() {
	s.tabs, s.queue, s.jar = nil, nil, map[string]jarCookie{}
	s.setCookies(nil)
	s.mustBeIn("/console/")
	for name, value := range s.cookies() {
		s.jar[name] = jarCookie{value, s.clock.Now().Add(24 * time.Hour)}
	}
	s.clock.add(2 * time.Hour)
	s.refreshes, s.signIns = s.issuer.Calls("refresh"), s.issuer.Calls("authorize")
}

// open opens a tab after some time. Each way of a request takes a latency.
func (s *tabs) open(latency func() time.Duration, after time.Duration) {
	tab := &tab{latency: latency}
	s.tabs = append(s.tabs, tab)
	s.in(after, func() { s.send(tab, "/console/") })
}

// send has a request leave with the cookies of now.
func (s *tabs) send(t *tab, path string) {
	t.at, t.requests = path, t.requests+1
	if t.requests > 60 {
		return
	}
	r := httptest.NewRequest(http.MethodGet, s.origin+path, nil)
	r.Header.Set("Sec-Fetch-Mode", "navigate")
	for name, c := range s.jar {
		if s.clock.Now().Before(c.expires) {
			r.AddCookie(&http.Cookie{Name: name, Value: c.value})
		}
	}
	s.in(t.latency(), func() {
		w := httptest.NewRecorder()
		s.slept = 0
		s.handler.ServeHTTP(w, r)
		s.in(s.slept+t.latency(), func() { s.receive(t, w.Result()) })
	})
}

// receive sets the cookies of a response, and follows its redirect.
func (s *tabs) receive(t *tab, res *http.Response) {
	for _, c := range res.Cookies() {
		if c.MaxAge < 0 {
			delete(s.jar, c.Name)
			continue
		}
		s.jar[c.Name] = jarCookie{c.Value, s.clock.Now().Add(time.Duration(c.MaxAge) * time.Second)}
	}
	t.status = res.StatusCode
	to := res.Header.Get("Location")
	if strings.HasPrefix(to, s.issuer.URL()) { // the provider, which knows the person
		client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		back, err := client.Get(to)
		if err != nil {
			s.t.Fatal(err)
		}
		back.Body.Close()
		to = strings.TrimPrefix(back.Header.Get("Location"), s.origin)
	}
	if to != "" {
		s.send(t, to)
	}
}

// moment is something that happens at a time.
type moment struct {
	at time.Time
	n  int
	do func()
}

// moments are those to come, the next one first.
type moments []moment

func (m moments) Len() int { return len(m) }
func (m moments) Less(i, j int) bool {
	return m[i].at.Before(m[j].at) || m[i].at.Equal(m[j].at) && m[i].n < m[j].n
}
func (m moments) Swap(i, j int) { m[i], m[j] = m[j], m[i] }
func (m *moments) Push(x any)   { *m = append(*m, x.(moment)) }
func (m *moments) Pop() any     { last := (*m)[len(*m)-1]; *m = (*m)[:len(*m)-1]; return last }

func (s *tabs) in(d time.Duration, do func()) {
	s.moments++
	heap.Push(&s.queue, moment{s.clock.Now().Add(d), s.moments, do})
}

// run lets happen what is to come.
func (s *tabs) run() {
	for s.queue.Len() > 0 {
		next := heap.Pop(&s.queue).(moment)
		s.clock.add(next.at.Sub(s.clock.Now()))
		next.do()
	}
}
