package database

import (
	"slices"
	"sync"
)

// listeners are those in this process who wait for news of a topic.
type listeners struct {
	mu     sync.Mutex
	topics map[string][]chan struct{}
}

// Listen returns a channel that receives after a transaction of this process was committed that had called Notify with the topic;
// one that nobody has received yet stands for all that come after it. What other processes commit is not heard. Call stop when
// nobody listens any more.
func (db *DB) Listen(topic string) (heard <-chan struct{}, stop func()) {
	l := &db.listeners
	listener := make(chan struct{}, 1)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.topics == nil {
		l.topics = map[string][]chan struct{}{}
	}
	l.topics[topic] = append(l.topics[topic], listener)
	return listener, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.topics[topic] = slices.DeleteFunc(l.topics[topic], func(c chan struct{}) bool { return c == listener })
	}
}

// Notify tells those in this process who Listen to the topic, once the transaction is committed.
func (tx Tx) Notify(topic string) {
	if tx.news != nil && !slices.Contains(*tx.news, topic) {
		*tx.news = append(*tx.news, topic)
	}
}

// tell wakes the listeners of the topics.
func (l *listeners) tell(topics []string) {
	if len(topics) == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, topic := range topics {
		for _, listener := range l.topics[topic] {
			select {
			case listener <- struct{}{}:
			default: // it has not yet heard of the last one
			}
		}
	}
}
