// ActivityModel: everything that moved or shall move, payments and transactions in one list, newest
// first. Reads pages from the node as they are scrolled to, takes changes by id, and never reads
// the whole history to show its beginning. What the wallet has dropped goes. ActivityFilter
// searches it.
#pragma once

#include "ui/bridge/bridge.h"

#include <QAbstractListModel>
#include <QDateTime>
#include <QSortFilterProxyModel>
#include <QTimer>

#include <functional>
#include <map>
#include <variant>
#include <vector>

namespace runnel::ui {

struct ActivityEntry {
    std::variant<api::PaymentView, api::TransactionView> what;
    std::string searched{};  ///< What a search looks through: lower case, UTF-8. Kept by the model,
                             ///< for a search is typed letter by letter.
    UnixTime time() const;
    std::uint64_t sequence() const;
    /// Of the payment or of the transaction; no two entries share it.
    std::string key() const;
    const api::PaymentView* payment() const { return std::get_if<api::PaymentView>(&what); }
    const api::TransactionView* transaction() const {
        return std::get_if<api::TransactionView>(&what);
    }
};

class ActivityModel : public QAbstractListModel {
    Q_OBJECT
public:
    using Clock = std::function<QDateTime()>;
    enum Role { KeyRole = Qt::UserRole + 1 };
    explicit ActivityModel(Bridge& bridge, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    bool canFetchMore(const QModelIndex& parent) const override;
    void fetchMore(const QModelIndex& parent) override;
    const ActivityEntry& at(int row) const { return m_entries[static_cast<std::size_t>(row)]; }
    const ActivityEntry* find(const std::string& key) const;
    /// The first page has come.
    bool isLoaded() const { return m_loaded; }
    /// Reads on until nothing is left; for a search.
    void fetchAll();
    /// The language has changed: what a search looks through holds words of it.
    void reword();
    QDateTime now() const { return m_clock(); }
    void setClock(Clock clock) { m_clock = std::move(clock); }

signals:
    void loaded();
    /// More was read, or there was nothing more to read.
    void fetched();

private:
    void fetchTransactions();
    void readTransactions();
    void drop(const std::vector<Txid>& txids);
    void take(const api::PaymentView& payment);
    void take(const api::TransactionView& tx);
    void put(ActivityEntry entry);
    void removeOlder(const std::string& key, std::uint64_t sequence);
    void noteExpiry(const ActivityEntry& entry);
    void tick();

    struct Expiring {
        UnixTime at;
        qint64 shown_minutes;
    };

    Bridge& m_bridge;
    Clock m_clock = [] { return QDateTime::currentDateTime(); };
    QTimer m_tick;
    std::map<std::string, Expiring> m_expiring;  ///< Invoices that can still be paid, by key.
    std::vector<ActivityEntry> m_entries;
    std::map<std::string, std::uint64_t> m_sequences;  ///< Of the entries, by key.
    std::uint64_t m_drops = 0;                         ///< How often something was dropped.
    std::optional<std::uint64_t> m_payment_cursor, m_tx_cursor;
    bool m_payments_left = true, m_txs_left = true;
    bool m_reading = false, m_all = false, m_loaded = false, m_tx_reading = false,
         m_tx_again = false;
};

class ActivityFilter : public QSortFilterProxyModel {
    Q_OBJECT
public:
    using QSortFilterProxyModel::QSortFilterProxyModel;
    /// Every word must be found somewhere.
    void setWords(const QString& words);
    bool isSearching() const { return !m_words.empty(); }

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

private:
    std::vector<std::string> m_words;
};

}  // namespace runnel::ui
