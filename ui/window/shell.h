// Shell: the window of an open wallet: the rail, five pages, the dialogs they ask for, small things
// said at the bottom. At the side where there is room, at the bottom where the window is narrow.
#pragma once

#include "ui/models/wallet_model.h"
#include "ui/pages/pay_page.h"
#include "ui/pages/receive_page.h"

#include <QWidget>

class QStackedWidget;

namespace runnel::ui {

class ActivityPage;
class ChannelsPage;
class HomePage;
class NoticeBoard;
class Rail;
class Toast;

class Shell : public QWidget {
    Q_OBJECT
public:
    enum PageId { home, pay, receive, channels, activity };
    explicit Shell(WalletModel& wallet, QWidget* parent = nullptr);

    /// What a person would miss if the window were built anew.
    struct Place {
        int page = home;
        PayPage::Place pay{};
        ReceivePage::Place receive{};
        std::optional<ChannelId> channel{};  ///< Whose details are open.
        std::optional<QByteArray> entry{};   ///< Of the activity, likewise.
        QString search{};                    ///< In the activity.
        QString focus{};                     ///< The name of what has the keyboard.
    };
    Place place() const;
    void resume(const Place& place);
    /// False while something would be lost by it that Place cannot hold: a payment whose result
    /// is waited for, a dialog in which something is chosen, or about to be agreed to.
    bool canBeRebuilt() const;

    /// Of the control with this name where it can be seen, else of the page in the rail.
    void takeFocus(const QString& name = {});

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
