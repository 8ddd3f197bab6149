// Activity: everything that moved, in one list, with a search over all of it.
#pragma once

#include "ui/models/wallet_model.h"

#include <QWidget>

class QLineEdit;
class QListView;

namespace runnel::ui {

class StateView;
class Text;

class ActivityPage : public QWidget {
    Q_OBJECT
public:
    explicit ActivityPage(WalletModel& wallet, QWidget* parent = nullptr);
    void focusSearch();
    QString search() const;
    void setSearch(const QString& words);

signals:
    void wantsEntry(const QByteArray& key);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void refresh();
    WalletModel& m_wallet;
    ActivityFilter* m_filter;
    QLineEdit* m_search;
    QListView* m_list;
    StateView* m_state;
    QWidget* m_column;
};

}  // namespace runnel::ui
