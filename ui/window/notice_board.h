// NoticeBoard: over every page, what has to be seen: one banner each, with what to try, until it is
// put away or over; first the practice network's. All together they are no more than a part of the
// window high, however large the text is; then they are scrolled.
#pragma once

#include "ui/models/wallet_model.h"

#include <QScrollArea>

#include <map>

class QVBoxLayout;

namespace runnel::ui {

class Banner;
class PracticeNotice;

class NoticeBoard : public QScrollArea {
    Q_OBJECT
public:
    explicit NoticeBoard(WalletModel& wallet, QWidget* parent = nullptr);
    /// Of the window; what does not fit is scrolled.
    void setMost(int height);
    /// The page says by itself how the practice network is.
    void setPracticeAway(bool away);

protected:
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void refresh();
    void fit();
    Banner* makeBanner(const Notice& notice);

    WalletModel& m_wallet;
    QWidget *m_content, *m_column;
    QVBoxLayout* m_rows;
    PracticeNotice* m_practice;
    std::map<quint64, Banner*>
        m_banners;  ///< By the notice's number; they keep their focus while others come and go.
    int m_most = 0;
};

}  // namespace runnel::ui
