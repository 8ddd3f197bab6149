// Shell: the window of an open wallet: the rail, five pages, the dialogs they ask for, small things said at the bottom. At the side
// where there is room, at the bottom where the window is narrow.
#pragma once

#include "ui/models/wallet_model.h"

#include <QWidget>

class QStackedWidget;

namespace runnel::ui {

class ActivityPage;
class ChannelsPage;
class HomePage;
class NoticeBoard;
class Rail;
class ReceivePage;
class Toast;

class Shell : public QWidget {
    Q_OBJECT
public:
    enum PageId { home, pay, receive, channels, activity };
    explicit Shell(WalletModel& wallet, QWidget* parent = nullptr);

    /// What a person would miss if the window were built anew.
    struct Place {
        int page = home;
        QString pay_text;
        std::optional<PaymentHash> invoice;
        bool address = false;  ///< Receive showed an address.
    };
    Place place() const;
    void resume(const Place& place);

    void goTo(int page);
    int currentPage() const;
    PayPage& payPage() { return *m_pay; }
    Toast& toast() { return *m_toast; }
    void openChannel();
    void closeChannel(const ChannelId& id);
    void channelDetails(const ChannelId& id);
    void entryDetails(const QByteArray& key);

signals:
    void wantsSettings();

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void connectPages();
    void addShortcuts();
    QWidget* makeHead();

    WalletModel& m_wallet;
    Rail* m_rail;
    NoticeBoard* m_board;
    QStackedWidget* m_stack;
    HomePage* m_home;
    PayPage* m_pay;
    ReceivePage* m_receive;
    ChannelsPage* m_channels;
    ActivityPage* m_activity;
    Toast* m_toast;
};

}  // namespace runnel::ui
